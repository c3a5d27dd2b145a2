import { expect, test } from "vitest";
import { inTurn, type Ran, runWorld, values } from "../../fakes/run-world.ts";

test("starts every attempt from the same base and lets the last one win (defect 4)", async () => {
  const answers = inTurn("coder", [
    "```python\nquality = 0.7\n```",
    "```python\nquality = 0.9\n```",
  ]);
  await using ran = await runWorld({ answers });
  const attempts = values(ran.world, "evaluated").filter((each) => each.origin === "refine");
  expect(new Set(attempts.map((each) => each.parent)).size).toBe(1);
  expect(ran.finished).toMatchObject({ solution: "track-1/refine-1/attempt-2", searchScore: 0.9 });
});

test("rejects a gain that does not beat the noise, and accepts one that does", async () => {
  await using unsure = await runWorld({
    compare: () => 0.7,
    config: { attempts: 1, acceptance: "noise" },
    split: { folds: [{ view: "fold-0", trainRows: 1, validRows: 1 }] },
  });
  const significant = (ran: Ran) =>
    values(ran.world, "decided").find(({ rule }) => rule === "significant-gain");
  expect(significant(unsure)).toMatchObject({ accepted: false });
  await using sure = await runWorld({
    compare: () => 0.9999,
    config: { attempts: 1, acceptance: "noise" },
  });
  expect(significant(sure)).toMatchObject({ accepted: true });
});

test("takes what a gain is expected of, says that it is not proved, and builds on it", async () => {
  await using ran = await runWorld({ compare: () => 0.7, config: { outerSteps: 2 } });
  const decided = values(ran.world, "decided").filter(({ rule }) => rule === "expected-gain");
  const [first] = decided.filter(({ step }) => step === "track-1/refine-1");
  expect(first).toMatchObject({ accepted: true });
  expect(first?.why).toMatch(/not proved/u);
  const [second] = decided.filter(({ step }) => step === "track-1/refine-2");
  expect(second?.incumbent).toBe(first?.challenger);
});

test("runs a near-tie again on further folds and decides on all of them", async () => {
  const compare = (_a: number, _b: number, views: readonly string[]) =>
    views.length === 1 ? 0.7 : 0.9999;
  const config = { attempts: 1, acceptance: "noise" as const };
  await using ran = await runWorld({ compare, config });
  expect(ran.world.executed.some((job) => job.at.endsWith("/fold-1"))).toBe(true);
  expect(ran.finished.solution).toMatch(/refine/u);
});

test("skips the outer step when the extractor names no usable block, and the run goes on", async () => {
  await using ran = await runWorld({
    answers: inTurn("extractor", ['{"block": "no such text", "plan": "x"}']),
  });
  expect(ran.world.model.asked.filter((each) => each.role === "extractor")).toHaveLength(
    ran.world.handle.run.config.replyTries,
  );
  expect(values(ran.world, "skipped")[0]).toMatchObject({ what: "refinement" });
  expect(ran.finished.solution).not.toBeNull();
});

test("refuses to target a protected block", async () => {
  await using ran = await runWorld({
    answers: inTurn("extractor", [
      JSON.stringify({ block: 'train = pd.read_csv("./input/train.csv")', plan: "x" }),
    ]),
  });
  expect(JSON.stringify(values(ran.world, "skipped"))).toContain("protected");
});

test("shows failures to the planner as failures, never as numbers (defect 7)", async () => {
  const behavior = (code: string) =>
    code.includes("crash") ? { outcome: "error" as const, exitCode: 1, log: "x" } : { score: 0.5 };
  const answers = inTurn("coder", ['```python\nquality = "crash"\n```']);
  await using ran = await runWorld({ behavior, answers, config: { debugRounds: 0 } });
  const planner = ran.world.model.asked.find((each) => each.role === "planner");
  expect(planner?.input).toMatchObject({ history: [{ status: "failed", score: null }] });
});
