import { expect, test } from "vitest";
import { drawsOf, normalMean } from "../../../agent/policies/random.ts";

test("numbers depend on the words alone and fill [0, 1)", () => {
  const many = (words: string) => Array.from({ length: 2000 }, drawsOf(words, 1));
  expect(many("a")).toEqual(many("a"));
  expect(many("a")).not.toEqual(many("b"));
  const mean = many("a").reduce((sum, each) => sum + each, 0) / 2000;
  expect(mean).toBeCloseTo(0.5, 1);
  expect(many("a").every((each) => each >= 0 && each < 1)).toBe(true);
});

test("a mean is drawn around what was observed, the closer the more was", () => {
  const random = drawsOf("means");
  const prior = { mean: 0.5, count: 1, shape: 1, scale: 0.02 };
  const spread = (count: number) => {
    const draws = Array.from({ length: 2000 }, () =>
      normalMean(
        prior,
        Array.from({ length: count }, () => 0.9),
        random,
      ),
    ).sort((a, b) => a - b);
    const middle = draws[1000] ?? 0;
    return { middle, width: (draws[1800] ?? 0) - (draws[200] ?? 0) };
  };
  const [few, many] = [spread(1), spread(30)];
  // The prior counts as one observation: (0.5 + n × 0.9) / (1 + n).
  expect(few.middle).toBeCloseTo(0.7, 1);
  expect(many.middle).toBeCloseTo(0.887, 1);
  expect(many.width).toBeLessThan(few.width);
});
