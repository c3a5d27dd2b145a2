import { expect, test } from "vitest";
import { estimate, type Outcome, pairedGains, regretOf } from "./regret.ts";

const outcome: Outcome = {
  competition: "a",
  seed: 0,
  rule: "expected",
  sign: -1,
  submitted: 0.6,
  single: 0.5,
  blend: 0.7,
  constant: 1.0,
};

test("regret is in shares of what the best script is better than a constant, below zero where the submission is better", () => {
  expect(regretOf(outcome, "single")).toBeCloseTo(0.2);
  expect(regretOf(outcome, "blend")).toBeCloseTo(-0.2);
  expect(regretOf({ ...outcome, sign: 1, constant: 0 }, "blend")).toBeCloseTo(0.2);
  expect(regretOf({ ...outcome, submitted: null }, "single")).toBeNull();
  // No script is better than a constant.
  expect(regretOf({ ...outcome, constant: 0.4 }, "single")).toBeNull();
});

test("rules are paired by competition and seed", () => {
  const other = { ...outcome, rule: "noise", submitted: 0.7 };
  const all = [outcome, other, { ...other, seed: 1 }, { ...outcome, competition: "b" }];
  const [gain, ...more] = pairedGains(all, "expected", "noise");
  expect(more).toEqual([]);
  expect(gain).toBeCloseTo(0.2);
});

test("an interval is Student's, and none is given for fewer than three", () => {
  expect(estimate([1, 2])).toEqual({ mean: 1.5, interval: null, of: 2 });
  const [low = 0, high = 0] = estimate([1, 2, 3, 4, 5]).interval ?? [];
  // t of 4 degrees of freedom: 2.776.
  expect(high - 3).toBeCloseTo(2.776 * Math.sqrt(2.5 / 5), 2);
  expect(3 - low).toBeCloseTo(high - 3);
});
