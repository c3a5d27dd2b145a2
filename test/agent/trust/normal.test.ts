import { expect, test } from "vitest";
import { normalBelow, normalQuantile } from "../../../agent/trust/normal.ts";

// scipy.stats.norm.cdf of SciPy 1.16.
test.each([
  [0, 0.5],
  [1, 0.8413447460685429],
  [-1.96, 0.024997895148220428],
  [3.5, 0.9997673709209645],
  [-8, 6.220960574271785e-16],
])("the normal distribution at %s is %s", (x, p) => {
  expect(Math.abs(normalBelow(x) / p - 1)).toBeLessThan(1e-9);
  if (x > -5) expect(normalQuantile(p)).toBeCloseTo(x, 8);
});
