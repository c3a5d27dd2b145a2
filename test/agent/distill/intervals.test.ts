import { expect, test } from "vitest";
import { estimate } from "../../../agent/distill/intervals.ts";

test("the mean is over rows, the interval over competitions: rows of one add no certainty", () => {
  const rows = [
    ...Array.from({ length: 50 }, () => ({ cluster: "a", value: 1 })),
    ...Array.from({ length: 50 }, () => ({ cluster: "b", value: 0 })),
  ];
  expect(estimate(rows)).toEqual({ mean: 0.5, interval: [0, 1] });
  const spread = rows.map(({ value }, index) => ({ cluster: String(index), value }));
  const [low, high] = estimate(spread).interval ?? [0, 1];
  // About 1.96 standard errors of a share of one half among 100.
  expect(low).toBeGreaterThan(0.36);
  expect(high).toBeLessThan(0.64);
  expect(high - low).toBeGreaterThan(0.16);
});

test("nothing has no mean, and one competition no interval", () => {
  expect(estimate([])).toEqual({ mean: null, interval: null });
  expect(estimate([{ cluster: "a", value: 3 }])).toEqual({ mean: 3, interval: null });
});
