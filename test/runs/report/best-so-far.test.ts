import { join } from "node:path";
import { expect, test } from "vitest";
import { bestSoFar } from "../../../runs/report/best-so-far.ts";
import { freshFolder, journalRun } from "../journal-fixture.ts";

test("the best so far only ever gets better, knows what was spent by then, and passes over ablation variants", async () => {
  const events = await journalRun(join(await freshFolder(), "journal.jsonl"));
  const curve = bestSoFar(events);
  expect(curve.map(({ solution, score, best, isBest }) => [solution, score, best, isBest])).toEqual(
    [
      ["track-1/init-1", 10, 10, true],
      ["track-1/refine-1/attempt-1", 11, 10, false],
      ["track-1/refine-1/attempt-2/fix-1", 8, 8, true],
      ["blend/mean", 9, 8, false],
    ],
  );
  expect(curve.map(({ usd }) => usd)).toEqual([0.25, 1, 1.5, 1.5]);
  expect(curve.map(({ seconds }) => seconds)).toEqual([0, 0, 60, 60]);
  expect(curve.at(-1)?.bestInterval).toEqual([7, 9]);
});

test("where high scores are good the highest is the best", async () => {
  const competition = {
    id: "h",
    title: "t",
    metric: "auc",
    direction: "maximize" as const,
    thresholds: null,
  };
  const events = await journalRun(join(await freshFolder(), "j.jsonl"), undefined, { competition });
  expect(bestSoFar(events).at(-1)?.best).toBe(11);
});
