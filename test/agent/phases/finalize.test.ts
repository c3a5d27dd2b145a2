import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { script } from "../../fakes/answers.ts";
import { fenced, inTurn, runWorld, values } from "../../fakes/run-world.ts";
import { scoreOf } from "../../fakes/world.ts";

test("opens the sealed holdout once, for at most three finalists, and submits a script run unchanged on all the data", async () => {
  await using ran = await runWorld({
    config: { tracks: 2, ensembleAttempts: 1, blends: true },
  });
  expect(values(ran.world, "sealed-opened")).toHaveLength(1);
  const submission = await readFile(join(ran.world.folder, "submission.csv"), "utf8");
  const [written] = values(ran.world, "submission-written").slice(-1);
  expect(submission).toMatch(/^score:/u);
  expect(written?.solution).toBe(ran.finished.solution);
  const hashes = values(ran.world, "executed")
    .filter((each) => each.solution === ran.finished.solution)
    .map((each) => each.codeHash);
  expect(new Set(hashes).size).toBeLessThanOrEqual(1);
});

test("judges the time that the sealed holdout needs by one execution, not by those of all folds", async () => {
  await using ran = await runWorld({
    config: { outerSteps: 0, timeLimit: 150 },
    split: { kind: "k-fold", searchFolds: 3 },
    behavior: () => ({ score: 0.5, seconds: 45 }),
  });
  expect(values(ran.world, "sealed-opened")).toHaveLength(1);
});

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
  const only = "track-1/refine-1/attempt-1";
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
