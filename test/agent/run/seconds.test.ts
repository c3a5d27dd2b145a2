import { expect, test } from "vitest";
import { forecast, wallClock } from "../../../agent/run/seconds.ts";
import type { Event } from "../../../runs/events/events.ts";
import { madeSplit } from "../../fakes/made-split.ts";

const split = madeSplit({ trainRows: 10_000, sealedRows: 1000, subsample: 800 });

function ran(solution: string, view: string, seconds: number): Event {
  const value = { solution, view, seconds, outcome: "finished" };
  return { type: "executed", key: `${solution}/${view}/run`, value } as unknown as Event;
}

test("what a script takes is forecast by its own seconds, in proportion to the rows beyond its start", () => {
  const events = [ran("quick", "fold-0", 1), ran("slow", "fold-0", 10)];
  // A start of 0.8 seconds, and 12.5 times the rows.
  expect(forecast(events, split, "slow", "final")).toBeCloseTo(1.15 * (0.8 + 9.2 * 12.5));
  expect(forecast(events, split, "quick", "final")).toBeCloseTo(1.15 * (0.8 + 0.2 * 12.5));
  expect(forecast(events, split, "slow", "shuffled-0")).toBeCloseTo(1.15 * 10);
  expect(forecast(events, split, "unknown", "final")).toBe(0);
});

test("a run on the sealed view, or on the view itself, says more than one on few rows", () => {
  const events = [ran("one", "fold-0", 2), ran("one", "sealed", 9)];
  expect(forecast(events, split, "one", "final")).toBeCloseTo(1.15 * (1.6 + 7.4 * (10_000 / 9000)));
  expect(forecast([...events, ran("one", "final", 11)], split, "one", "final")).toBe(11);
});

test("a view in disguise has the rows of the first fold, not all of them", () => {
  const whole = madeSplit({ trainRows: 10_000, sealedRows: 1000, subsample: null });
  const fold = ran("one", "fold-0", 5);
  const known = forecast([fold], whole, "one", "final");
  expect(known).toBeGreaterThan(1.15 * 5);
  for (const view of ["rekeyed-0", "perturbed-0", "fresh-0", "shuffled-0"])
    expect(forecast([fold, ran("one", view, 5)], whole, "one", "final")).toBeCloseTo(known);
});

test("where the search trains on all rows, its views are as large", () => {
  const value = { isLifted: true, capped: 800, whole: 8000 };
  const chosen = { type: "rows-chosen", key: "search/rows", value } as unknown as Event;
  const events = [chosen, ran("one", "trial-0", 1), ran("one", "fold-0", 8)];
  expect(forecast(events, split, "one", "sealed")).toBeCloseTo(1.15 * (0.8 + 7.2 * (9000 / 8000)));
});

test.each([
  [[], 2, 0],
  [[4, 4, 4], 2, 6],
  [[10, 1], 2, 10],
  [[3, 3], 1, 6],
])("executions of %j seconds on %i slots take %d", (seconds, slots, wall) => {
  expect(wallClock(seconds, slots)).toBe(wall);
});
