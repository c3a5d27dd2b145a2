import { describe, expect, test } from "vitest";
import type { Request } from "../../../agent/models/model.ts";
import { script } from "../../fakes/answers.ts";
import { fenced, inTurn, runWorld, values } from "../../fakes/run-world.ts";

describe("algorithm 1: initialise and merge", () => {
  test("merges into the best candidate, whatever order the candidates came in", async () => {
    const { world } = await runWorld({
      answers: inTurn("initialiser", [fenced(script(0.3)), fenced(script(0.6))]),
    });
    const merge = values(world, "evaluated").find((each) => each.origin === "merge");
    expect(merge).toMatchObject({ parent: "track-1/init-2", parentScore: 0.6 });
    await world.close();
  });

  test("accepts a merge that is exactly as good (better or equal)", async () => {
    const answers = inTurn("merger", [fenced(script(0.502, "merged"))]);
    const { world } = await runWorld({ answers, config: { acceptance: "strict" } });
    expect(values(world, "decided")[0]).toMatchObject({
      challenger: "track-1/merge-1",
      accepted: true,
    });
    await world.close();
  });

  test("stops merging at the first merge that is worse", async () => {
    const answers = inTurn("merger", [fenced(script(0.1))]);
    const { world } = await runWorld({ answers, config: { candidates: 4 } });
    expect(world.model.asked.filter((each) => each.role === "merger")).toHaveLength(1);
    await world.close();
  });

  test.each([
    ["stop", 1],
    ["continue", 3],
  ] as const)(
    "mergeOnFailure %s: a merge that never runs leads to %i merge(s)",
    async (mergeOnFailure, merges) => {
      const broken = (code: string) =>
        code.includes("broken")
          ? { outcome: "error" as const, exitCode: 1, log: "ValueError" }
          : { score: 0.5 };
      const answers = (request: Request) =>
        request.role === "merger" || request.role === "debugger"
          ? fenced(script(0.9, "broken"))
          : null;
      const { world } = await runWorld({
        answers,
        behavior: broken,
        config: { candidates: 4, mergeOnFailure, debugRounds: 1 },
      });
      expect(world.model.asked.filter((each) => each.role === "merger")).toHaveLength(merges);
      await world.close();
    },
  );

  test("goes on with fewer cards than asked for, and never invents a candidate for a missing card (defect 14)", async () => {
    const card = { modelName: "one", exampleCode: "x", family: "one", why: "w", sources: [] };
    const { world, finished } = await runWorld({
      answers: inTurn("retriever", [JSON.stringify([card])]),
      config: { candidates: 4 },
    });
    expect(world.model.asked.filter((each) => each.role === "initialiser")).toHaveLength(1);
    expect(finished.solution).not.toBeNull();
    await world.close();
  });

  test("a track whose candidates all fail leaves the other tracks alone (defect 6)", async () => {
    const behavior = (code: string, job: { at: string }) =>
      job.at.startsWith("track-1/")
        ? { outcome: "error" as const, exitCode: 1, log: "boom" }
        : { score: Number(/quality = ([\d.]+)/u.exec(code)?.[1] ?? 0) };
    const { world, finished } = await runWorld({ behavior, config: { tracks: 2, debugRounds: 0 } });
    expect(values(world, "track-failed")).toHaveLength(1);
    expect(finished.solution).toMatch(/^track-2/u);
    await world.close();
  });

  test("falls back to the built-in baseline when every track failed (defect 6)", async () => {
    const behavior = (code: string, job: { at: string }) =>
      job.at.startsWith("track-")
        ? { outcome: "error" as const, exitCode: 1, log: "boom" }
        : { score: code.length > 0 ? 0.4 : 0 };
    const { world, finished } = await runWorld({ behavior, config: { debugRounds: 0 } });
    expect(finished).toMatchObject({ solution: "baseline", searchScore: 0.4 });
    await world.close();
  });

  test("gives every track other families: the second retriever is told what the first one took", async () => {
    const { world } = await runWorld({ config: { tracks: 2 } });
    const second = world.model.asked.filter((each) => each.role === "retriever")[1]?.input as {
      exclude: string[];
    };
    expect(second.exclude).toEqual(["family-1-1", "family-1-2"]);
    await world.close();
  });

  test("runs the data-usage role as a step of its own and keeps its rewrite only if it is no worse (defect 3)", async () => {
    const { world } = await runWorld({
      answers: inTurn("data-usage", [fenced(script(0.2, "worse"))]),
      config: { dataUsage: "always" },
    });
    const decided = values(world, "decided").find(
      (each) => each.challenger === "track-1/data-usage",
    );
    expect(decided).toMatchObject({ accepted: false });
    await world.close();
  });
});

describe("algorithm 2: ablate and refine", () => {
  test("starts every attempt from the same base and lets the last one win (defect 4)", async () => {
    const answers = inTurn("coder", [
      "```python\nquality = 0.7\n```",
      "```python\nquality = 0.9\n```",
    ]);
    const { world, finished } = await runWorld({ answers });
    const attempts = values(world, "evaluated").filter((each) => each.origin === "refine");
    expect(new Set(attempts.map((each) => each.parent)).size).toBe(1);
    expect(finished).toMatchObject({ solution: "track-1/refine-1/attempt-2", searchScore: 0.9 });
    await world.close();
  });

  test("rejects a gain that does not beat the noise, and accepts one that does", async () => {
    const unsure = await runWorld({
      compare: () => 0.7,
      config: { attempts: 1 },
      split: { folds: [{ view: "fold-0", trainRows: 1, validRows: 1 }] },
    });
    expect(unsure.finished.solution).not.toMatch(/refine/u);
    const sure = await runWorld({ compare: () => 0.95, config: { attempts: 1 } });
    expect(sure.finished.solution).toMatch(/refine/u);
    await unsure.world.close();
    await sure.world.close();
  });

  test("runs a near-tie again on further folds and decides on all of them", async () => {
    const compare = (_a: number, _b: number, views: readonly string[]) =>
      views.length === 1 ? 0.7 : 0.95;
    const { world, finished } = await runWorld({ compare, config: { attempts: 1 } });
    expect(world.executed.some((job) => job.at.endsWith("/fold-1"))).toBe(true);
    expect(finished.solution).toMatch(/refine/u);
    await world.close();
  });

  test("ranks an ablation in code by the loss against the baseline", async () => {
    const { world } = await runWorld({ config: { ablationVariants: 2 } });
    const [ablated] = values(world, "ablated") as unknown as {
      variants: { score: number; importance: number }[];
    }[];
    const importances = ablated?.variants.map((each) => each.importance ?? 0) ?? [];
    expect(importances).toEqual([...importances].sort((a, b) => b - a));
    expect(importances[0]).toBeGreaterThan(0);
    await world.close();
  });

  test("skips the outer step when the extractor names no usable block, and the run goes on", async () => {
    const { world, finished } = await runWorld({
      answers: inTurn("extractor", ['{"block": "no such text", "plan": "x"}']),
    });
    expect(world.model.asked.filter((each) => each.role === "extractor")).toHaveLength(
      world.handle.run.config.replyTries,
    );
    expect(values(world, "skipped")[0]).toMatchObject({ what: "refinement" });
    expect(finished.solution).not.toBeNull();
    await world.close();
  });

  test("refuses to target a protected block", async () => {
    const { world } = await runWorld({
      answers: inTurn("extractor", [
        JSON.stringify({ block: 'train = pd.read_csv("./input/train.csv")', plan: "x" }),
      ]),
    });
    expect(JSON.stringify(values(world, "skipped"))).toContain("protected");
    await world.close();
  });

  test("shows failures to the planner as failures, never as numbers (defect 7)", async () => {
    const behavior = (code: string) =>
      code.includes("crash")
        ? { outcome: "error" as const, exitCode: 1, log: "x" }
        : { score: 0.5 };
    const answers = inTurn("coder", ['```python\nquality = "crash"\n```']);
    const { world } = await runWorld({ behavior, answers, config: { debugRounds: 0 } });
    const planner = world.model.asked.find((each) => each.role === "planner");
    expect(planner?.input).toMatchObject({ history: [{ status: "failed", score: null }] });
    await world.close();
  });
});
