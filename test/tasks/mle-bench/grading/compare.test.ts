import { expect, test } from "vitest";
import { comparePaired, signTest } from "../../../../tasks/mle-bench/grading/compare.ts";

/** Competitions of three seeds; so many of them the second wins in all seeds. */
function won(competitions: number, wins: number, losses = 0) {
  return Array.from({ length: competitions }, (_, place) =>
    Array.from({ length: 3 }, () => ({
      first: place >= wins && place < wins + losses ? 1 : 0,
      second: place < wins ? 1 : 0,
    })),
  );
}

test("an interval that holds zero shows no difference", () => {
  const { verdict, interval } = comparePaired(won(22, 4, 4));
  expect(verdict).toBe("no difference shown");
  expect(interval[0]).toBeLessThan(0);
  expect(interval[1]).toBeGreaterThan(0);
});

test("three medals of 22 are no difference, whatever the interval says", () => {
  expect(comparePaired(won(22, 3))).toMatchObject({ medals: 3, verdict: "no difference shown" });
});

test("a clear difference is named in its direction, with the mean of the pairs", () => {
  const better = comparePaired(won(22, 9));
  expect(better).toMatchObject({ verdict: "better", medals: 9, pairs: 66 });
  expect(better.difference).toBeCloseTo(9 / 22, 12);
  expect(comparePaired(won(75, 0, 12)).verdict).toBe("worse");
});

test("the same pairs give the same interval", () => {
  expect(comparePaired(won(22, 6, 1))).toEqual(comparePaired(won(22, 6, 1)));
});

test.each([
  [0, 0, 1],
  [5, 0, 0.0625],
  [0, 6, 0.03125],
  [7, 1, 0.0703125],
  [4, 4, 1],
])("of %i better and %i worse a sign test says %f", (better, worse, p) => {
  expect(signTest(better, worse)).toBeCloseTo(p, 12);
});
