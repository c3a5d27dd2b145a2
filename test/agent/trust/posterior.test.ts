import { expect, test } from "vitest";
import { fitPrior, posteriorOf, shippedPrior } from "../../../agent/trust/posterior.ts";

// Mean (g/s² + m/t²) / (1/s² + 1/t²), variance 1 / (1/s² + 1/t²), by hand.
test.each([
  [{ gain: 1, standardError: 1 }, { mean: 0, spread: 1 }, 0.5, Math.SQRT1_2, 0.76025],
  [{ gain: 1, standardError: 1 }, { mean: -1, spread: 1 }, 0, Math.SQRT1_2, 0.5],
  [{ gain: 1, standardError: 1 }, { mean: -1.5, spread: 1 }, -0.25, Math.SQRT1_2, 0.36184],
  [{ gain: 1, standardError: 1 }, { mean: 0, spread: 2 }, 0.8, 2 / Math.sqrt(5), 0.81445],
  [{ gain: -2, standardError: 0.5 }, { mean: 1, spread: 1 }, -1.4, 1 / Math.sqrt(5), 0.00087],
])("%o with the prior %o: mean %d, spread %d, above zero %d", (measured, prior, ...known) => {
  const { mean, spread, probability } = posteriorOf(measured, prior);
  for (const [at, value] of [mean, spread, probability].entries())
    expect(value).toBeCloseTo(known[at] ?? Number.NaN, 5);
});

test("equal predictions gain nothing, however much changes of their kind usually gain", () => {
  const same = posteriorOf({ gain: 0, standardError: 0 }, { mean: 1, spread: 1 });
  expect(same).toEqual({ mean: 0, spread: 0, probability: 0 });
});

test("a loss that is measured beyond doubt is no gain, whatever the other attempts gained", () => {
  const { mean, probability } = posteriorOf(
    { gain: -1.14, standardError: 0.15 },
    { mean: 0.013, spread: 0.0056 },
  );
  expect(mean).toBeCloseTo(-1.14 + 2 * 0.15, 12);
  expect(probability).toBeLessThan(0.001);
});

test("one attempt that did not work at all tells little about the next ones", () => {
  const shipped = { mean: 0, spread: 0.006 };
  const ordinary = [0.004, -0.003, 0.002].map((gain) => ({ gain, standardError: 0.003 }));
  const without = fitPrior(shipped, ordinary);
  const { mean, spread } = fitPrior(shipped, [{ gain: -1.2, standardError: 0.01 }, ...ordinary]);
  expect(without.mean - mean).toBeLessThan(0.01);
  expect(spread).toBeLessThan(3 * without.spread);
});

test("the prior is the shipped one without attempts, and that of the attempts when there are many", () => {
  const shipped = { mean: 0, spread: 1 };
  expect(fitPrior(shipped, [])).toEqual(shipped);
  // Gains of mean -2 and spread 0.5, measured with an error of 0.3.
  const width = Math.hypot(0.5, 0.3);
  const measured = Array.from({ length: 4000 }, (_, at) => ({
    gain: -2 + width * (at % 2 === 0 ? 1 : -1),
    standardError: 0.3,
  }));
  const { mean, spread } = fitPrior(shipped, measured);
  expect(mean).toBeCloseTo(-2, 1);
  expect(spread).toBeCloseTo(0.5, 1);
});

test("what is measured exactly moves the prior at once, what is not hardly does", () => {
  const shipped = { mean: 0, spread: 1 };
  const at = (standardError: number) => fitPrior(shipped, [{ gain: -1, standardError }]).mean;
  // Half an attempt stands against one.
  expect(at(0.001)).toBeCloseTo(-2 / 3, 2);
  expect(at(10)).toBeGreaterThan(-0.05);
});

test("the shipped prior is in shares of what the incumbent is better than a constant", () => {
  const [small, large] = [shippedPrior("refine", 0.1), shippedPrior("refine", 1)];
  expect(large.spread).toBeCloseTo(10 * small.spread, 12);
  expect(large.spread).toBeGreaterThan(0);
});
