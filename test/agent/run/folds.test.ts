import { expect, test } from "vitest";
import { Config } from "../../../agent/config.ts";
import { affordableFolds } from "../../../agent/run/folds.ts";
import { runWorld, values } from "../../fakes/run-world.ts";
import { scoreOf } from "../../fakes/world.ts";

const quick = Config.parse({
  tracks: 2,
  candidates: 2,
  outerSteps: 1,
  attempts: 2,
  ablationVariants: 2,
  ensembleAttempts: 1,
  timeLimit: 600,
});

test.each([
  [1, 5],
  [8, 4],
  [20, 1],
  [500, 1],
])(
  "fifteen scripts of %d seconds are scored on %i folds in ten minutes on two slots",
  (seconds, folds) => {
    expect(affordableFolds(quick, { seconds, slots: 2, most: 5 })).toBe(folds);
  },
);

test("executions bound the folds too, and no limit leaves all", () => {
  const asked = { seconds: 100, slots: 1, most: 5 };
  const limits = { timeLimit: null, maxExecutions: 80 };
  expect(affordableFolds({ ...quick, ...limits }, asked)).toBe(2);
  expect(affordableFolds({ ...quick, ...limits, maxExecutions: null }, asked)).toBe(5);
});

test("every solution is scored on as many folds as the first script's seconds allow", async () => {
  await using ran = await runWorld({
    config: { timeLimit: 220, attempts: 1, ablationVariants: 1 },
    split: { kind: "k-fold", searchFolds: 3 },
    behavior: (code) => ({ score: scoreOf(code), seconds: 15 }),
  });
  expect(values(ran.world, "folds-chosen")).toEqual([{ folds: 2, of: 3, seconds: 15 }]);
  // The variants of its ablations are far worse.
  const views = values(ran.world, "evaluated")
    .filter(({ origin }) => origin !== "ablation")
    .map(({ evaluation }) => evaluation.views);
  expect(views.length).toBeGreaterThan(3);
  for (const each of views) expect(each).toEqual(["fold-0", "fold-1"]);
});

test("a script that is far worse than its parent on the first fold is spared the others, and never wins", async () => {
  const worse = "track-1/refine-1/attempt-1";
  await using ran = await runWorld({
    split: { kind: "k-fold", searchFolds: 3 },
    behavior: (code, job) => ({ score: job.at.startsWith(worse) ? 0.1 : scoreOf(code) }),
  });
  const views = ran.world.executed.filter(({ at }) => at.startsWith(worse)).map(({ at }) => at);
  expect(views).toEqual([`${worse}/fold-0`]);
  const [evaluation] = values(ran.world, "evaluated").flatMap((each) =>
    each.solution === worse ? [each.evaluation] : [],
  );
  expect(evaluation).toMatchObject({ status: "scored", views: ["fold-0"] });
  expect(ran.finished.solution).not.toBe(worse);
});

test("a script that predicts on the first fold what its parent does is spared the others, and never wins", async () => {
  await using ran = await runWorld({
    split: { kind: "k-fold", searchFolds: 3 },
    behavior: () => ({ score: 0.5 }),
  });
  const viewsOf = (isFirst: boolean) =>
    values(ran.world, "evaluated")
      .filter(({ parent }) => (parent === null) === isFirst)
      .map(({ evaluation }) => evaluation);
  expect(viewsOf(true).map(({ views }) => views.length)).toEqual([3, 3]);
  const others = viewsOf(false);
  expect(others.length).toBeGreaterThan(2);
  for (const each of others) expect(each).toMatchObject({ status: "scored", views: ["fold-0"] });
  expect(ran.finished.solution).toMatch(/\/init-\d$/u);
});
