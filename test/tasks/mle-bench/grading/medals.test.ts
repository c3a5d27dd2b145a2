import { expect, test } from "vitest";
import {
  type Board,
  distanceToBronze,
  earned,
  estimatedPercentile,
  medalPositions,
  percentileOn,
  readBoard,
} from "../../../../tasks/mle-bench/grading/medals.ts";
import { benchEntry } from "../../../../tasks/mle-bench/table.ts";

const positions = [
  [1, 1, 1, 1],
  [9, 1, 1, 3],
  [10, 1, 2, 4],
  [50, 5, 10, 20],
  [99, 9, 19, 39],
  [100, 10, 20, 40],
  [249, 10, 49, 99],
  [250, 10, 50, 100],
  [878, 11, 50, 100],
  [999, 11, 50, 100],
  [1000, 12, 50, 100],
  [1241, 12, 62, 124],
  [4539, 19, 226, 453],
] as const;

for (const [teams, gold, silver, bronze] of positions)
  test(`medals of ${teams} teams end at ${gold}, ${silver} and ${bronze}`, () => {
    expect(medalPositions(teams)).toEqual({ gold, silver, bronze });
  });

async function board(id: string): Promise<Board> {
  const { isLowerBetter, thresholds } = await benchEntry(id);
  return { isLowerBetter, thresholds };
}

test("nomad2018: silver within its bands, a tie with bronze is bronze, a tie with the median is not above it", async () => {
  const nomad = await board("nomad2018-predict-transparent-conductors");
  expect(earned(0.0612, nomad)).toEqual({ medal: "silver", isAboveMedian: true });
  expect(earned(0.06582, nomad)).toEqual({ medal: "bronze", isAboveMedian: true });
  expect(earned(0.06988, nomad)).toEqual({ medal: null, isAboveMedian: false });
  expect(earned(0.05589, nomad).medal).toBe("gold");
});

test("aerial cactus: one score alone earns a medal, and that is gold", async () => {
  const cactus = await board("aerial-cactus-identification");
  expect(earned(1, cactus).medal).toBe("gold");
  expect(earned(0.99999, cactus)).toEqual({ medal: null, isAboveMedian: true });
});

test("gesture recognition: the thresholds of the board that was edited by hand count", async () => {
  const gesture = await board("multi-modal-gesture-recognition");
  expect(gesture.thresholds).toEqual({
    gold: 0.13304,
    silver: 0.1769,
    bronze: 0.24926,
    median: 0.322,
  });
  expect(earned(0.2, gesture).medal).toBe("bronze");
});

test("no score, and a score that is no number, earn nothing", async () => {
  const patent = await board("us-patent-phrase-to-phrase-matching");
  expect(earned(null, patent)).toEqual({ medal: null, isAboveMedian: false });
  expect(earned(Number.NaN, patent)).toEqual({ medal: null, isAboveMedian: false });
  expect(distanceToBronze(Number.NaN, patent)).toBeNull();
});

test("a board of rows says its direction by its ends; equal ends mean that more is better", () => {
  expect(readBoard([0.1, 0.2, 0.3]).isLowerBetter).toBe(true);
  expect(readBoard([0.9, 0.2]).isLowerBetter).toBe(false);
  expect(readBoard([0.5, 0.7, 0.5]).isLowerBetter).toBe(false);
  expect(readBoard([4, 3, 2, 1]).thresholds).toEqual({
    gold: 4,
    silver: 4,
    bronze: 4,
    median: 2.5,
  });
});

test("the percentile counts rows that are strictly better", () => {
  expect(percentileOn([4, 3, 3, 1], 3, false)).toBe(75);
  expect(percentileOn([1, 2, 3, 4], 1, true)).toBe(100);
});

test("the percentile of thresholds alone lies where their positions are, and is unknown below the median", async () => {
  const nomad = await board("nomad2018-predict-transparent-conductors");
  expect(estimatedPercentile(0.06582, nomad, 878)).toBeCloseTo((100 * 779) / 878, 6);
  const between = estimatedPercentile(0.064, nomad, 878) ?? 0;
  expect(between).toBeGreaterThan((100 * 779) / 878);
  expect(between).toBeLessThan((100 * 829) / 878);
  expect(estimatedPercentile(0.08, nomad, 878)).toBeNull();
});
