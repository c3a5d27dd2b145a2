import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Clock } from "../../../runs/clock.ts";
import { script } from "../../fakes/answers.ts";
import { fenced, inTurn, runWorld, values } from "../../fakes/run-world.ts";
import { scoreOf } from "../../fakes/world.ts";

test("opens the sealed holdout once, for at most three scripts and three blends, and submits a script run unchanged on all the data", async () => {
  await using ran = await runWorld({
    config: { tracks: 2, ensembleAttempts: 1, blends: true },
  });
  const [opened, ...others] = values(ran.world, "sealed-opened");
  expect(others).toEqual([]);
  const isBlend = ({ solution }: { solution: string }) => solution.startsWith("blend/");
  const blends = opened?.finalists.filter(isBlend).length ?? 0;
  expect(blends).toBeLessThanOrEqual(3);
  expect((opened?.finalists.length ?? 0) - blends).toBeLessThanOrEqual(3);
  const submission = await readFile(join(ran.world.folder, "submission.csv"), "utf8");
  const [written] = values(ran.world, "submission-written").slice(-1);
  expect(submission).toMatch(/^score:/u);
  expect(written?.solution).toBe(ran.finished.solution);
  const hashes = values(ran.world, "executed")
    .filter((each) => each.solution === ran.finished.solution)
    .map((each) => each.codeHash);
  expect(new Set(hashes).size).toBeLessThanOrEqual(1);
});

test("lays the predictions of what it hands in beside the truth, on the views that the search scored it on", async () => {
  await using ran = await runWorld({ config: { tracks: 2, ensembleAttempts: 1, blends: true } });
  const { solution } = ran.finished;
  expect(values(ran.world, "diagnosed")).toEqual([
    { solution, views: ["fold-0"], rows: 0, columns: [], leftOut: 0 },
  ]);
});

test("judges the time that the sealed holdout needs by one execution, not by those of all folds", async () => {
  await using ran = await runWorld({
    config: { outerSteps: 0, timeLimit: 150 },
    split: { kind: "k-fold", searchFolds: 3 },
    behavior: () => ({ score: 0.5, seconds: 45 }),
  });
  expect(values(ran.world, "sealed-opened")).toHaveLength(1);
});

test.each([
  { timeLimit: 140, seconds: 16 },
  { timeLimit: 100, seconds: 12 },
  { timeLimit: 100, seconds: 16 },
  { timeLimit: 130, seconds: 24 },
])(
  "where $timeLimit s do not allow all finalists, the best are checked and judged",
  async ({ timeLimit, seconds }) => {
    let now = 0;
    const clock: Clock = { now: () => new Date(1000 * now), monotonic: () => now };
    await using ran = await runWorld({
      clock,
      config: { timeLimit, slots: 2, attempts: 2, blends: true, canary: "finalists" },
      behavior: (code) => {
        // Two at a time.
        now += seconds / 2;
        return { score: scoreOf(code), seconds };
      },
    });
    const verdicts = values(ran.world, "canary").map(({ verdict }) => verdict);
    expect(new Set(verdicts)).toEqual(new Set(["passed"]));
    const [opened] = values(ran.world, "sealed-opened");
    expect(opened?.chosen).toBe(ran.finished.solution);
    expect(ran.finished.sealedScore).not.toBeNull();
  },
);

test("keeps the earlier valid submission when no finalist runs on all the data", async () => {
  const behavior = (code: string, job: { at: string }) => {
    const isLate = job.at.endsWith("/final") && !job.at.startsWith("track-1/init");
    return isLate ? { outcome: "timed-out" as const, log: "" } : { score: scoreOf(code) };
  };
  await using ran = await runWorld({ behavior });
  expect(ran.finished.solution).toMatch(/^track-1\/init/u);
  expect(await readFile(join(ran.world.folder, "submission.csv"), "utf8")).toMatch(/^score:/u);
});

test("takes the next best script when no finalist runs on all the data and nothing was submitted yet", async () => {
  const only = "track-1/refine-1/ablation-1";
  const behavior = (code: string, job: { at: string }) => {
    const score = scoreOf(code);
    const fails = job.at.endsWith("/final") && job.at !== `${only}/final`;
    return fails ? { outcome: "timed-out" as const, log: "" } : { score };
  };
  await using ran = await runWorld({ behavior });
  const [opened] = values(ran.world, "sealed-opened");
  expect(opened?.finalists.map(({ solution }) => solution)).not.toContain(only);
  expect(ran.finished).toMatchObject({ solution: only, sealedScore: null });
  expect(values(ran.world, "submission-written")).toMatchObject([
    { solution: null },
    { solution: only },
  ]);
});

test("minimized metrics choose the smallest score", async () => {
  await using ran = await runWorld({
    direction: "minimize",
    config: { outerSteps: 0 },
    answers: inTurn("initializer", [fenced(script(0.3)), fenced(script(0.2))]),
  });
  expect(ran.finished.searchScore).toBe(0.2);
});

test("an attempt that was refused wins when it is the best on the sealed rows", async () => {
  const refused = "track-1/refine-1/attempt-1";
  const behavior = (code: string, job: { at: string }) => ({
    score: job.at === `${refused}/sealed` ? 0.9 : scoreOf(code),
  });
  await using ran = await runWorld({ behavior, config: { acceptance: "strict" } });
  const decided = values(ran.world, "decided").find(({ step }) => step === "track-1/refine-1");
  expect(decided?.challenger).not.toBe(refused);
  expect(ran.finished).toMatchObject({ solution: refused, sealedScore: 0.9 });
});

test("the best single script is run on all the data and stands before anything runs on the sealed rows", async () => {
  const canary = "finalists" as const;
  await using ran = await runWorld({
    config: { maxExecutions: 40, blends: true, canary, slots: 1 },
  });
  const { events } = ran.world.journal;
  const best = [...ran.world.handle.run.evaluated.values()].sort(
    (a, b) => (b.evaluation.score ?? 0) - (a.evaluation.score ?? 0),
  )[0]?.solution.id;
  const written = events.findIndex(
    ({ type, value }) => type === "submission-written" && value.solution === best,
  );
  const judged = events.findIndex(
    ({ type, value }) => type === "executed" && value.view === "sealed",
  );
  expect(judged).toBeGreaterThan(written);
  expect(written).toBeGreaterThan(-1);
  // No canary is run before it.
  const order = ran.world.executed.map(({ at }) => at);
  const firstCanary = order.findIndex((at) => at.includes("/shuffled-"));
  expect(firstCanary).toBeGreaterThan(order.indexOf(`${best}/final`));
});

test.each([
  // Without its worst member a blend of three is better than the next finalist,
  ["worst", 0.503, true],
  // without its best one it is not, and the next one is tried.
  ["best", 0.505, false],
] as const)(
  "a blend whose %s member does not run on all the data is fitted anew to the others, where that still wins",
  async (_, failing, isRefitted) => {
    const behavior = (code: string, job: { at: string }) => {
      // Blends are far better there: their members' scores of the search are averaged.
      if (job.at.endsWith("/sealed")) return { score: 0.1 };
      const fails = job.at.endsWith("/final") && scoreOf(code) === failing;
      return fails ? { outcome: "timed-out" as const, log: "" } : { score: scoreOf(code) };
    };
    await using ran = await runWorld({ behavior, config: { blends: true, canary: "off" } });
    const [chosen] = values(ran.world, "sealed-opened").map((each) => each.chosen);
    expect(chosen).toMatch(/^blend\//u);
    expect(ran.finished.solution?.endsWith("/refitted")).toBe(isRefitted);
    const blended = values(ran.world, "blended");
    const members = blended.find(({ solution }) => solution === chosen)?.members ?? [];
    const rest = blended.find(({ solution }) => solution === `${chosen}/refitted`)?.members;
    expect(rest).toHaveLength(members.length - 1);
  },
);
