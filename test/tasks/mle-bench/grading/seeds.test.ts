import { expect, test } from "vitest";
import { earned } from "../../../../tasks/mle-bench/grading/medals.ts";
import { aggregate, reportOf } from "../../../../tasks/mle-bench/grading/report.ts";
import {
  aggregateSeeds,
  average,
  completeSeeds,
} from "../../../../tasks/mle-bench/grading/seeds.ts";

const board = {
  isLowerBetter: false,
  thresholds: { gold: 3, silver: 2, bronze: 1, median: 0 },
};

function report(id: string, score: number | null) {
  return reportOf({ id, score, exists: score !== null, path: null, at: "" }, board);
}

function seedsWith(counts: readonly number[], competitions: number) {
  return counts.map((medals) =>
    Array.from({ length: competitions }, (_, place) =>
      report(`c${place}`, place < medals ? 1 : -1),
    ),
  );
}

const triples = [
  [[17, 18, 18], 22, "80.30", "1.52"],
  [[46, 47, 45], 75, "61.33", "0.77"],
  [[45, 45, 48], 75, "61.33", "1.33"],
] as const;

for (const [counts, competitions, mean, error] of triples)
  test(`${counts.join(", ")} medals of ${competitions} are ${mean} ± ${error}`, () => {
    const { shares, counts: found } = aggregateSeeds(seedsWith(counts, competitions));
    expect(shares.any_medal.mean.toFixed(2)).toBe(mean);
    expect(shares.any_medal.standard_error.toFixed(2)).toBe(error);
    expect(found.any_medal).toEqual([...counts]);
    expect(found.bronze_medal).toEqual([...counts]);
  });

test("one seed has no error, and the interval is 1.96 of them wide to each side", () => {
  expect(average([50])).toEqual({ mean: 50, ci_lower: 50, ci_upper: 50, standard_error: 0 });
  const { mean, ci_lower, ci_upper, standard_error } = average([40, 50, 60]);
  expect(mean - ci_lower).toBeCloseTo(1.96 * standard_error, 12);
  expect(ci_upper - mean).toBeCloseTo(1.96 * standard_error, 12);
});

test("incomplete seeds are dropped, or padded with failures", () => {
  const reports = [report("a", 3), report("a", 3), report("b", 1)];
  expect(completeSeeds(reports, ["a", "b"], false)).toHaveLength(1);
  const padded = completeSeeds(reports, ["a", "b"], true);
  expect(padded).toHaveLength(2);
  expect(aggregateSeeds(padded).counts.any_medal).toEqual([2, 1]);
  expect(() => completeSeeds(reports, ["a", "b", "c"], false)).toThrow("no report of c");
  expect(aggregateSeeds(completeSeeds(reports, ["a", "b", "c"], true)).competitions).toBe(3);
});

test("sums over reports count every line", () => {
  const sums = aggregate([report("a", 3), report("a", 2), report("b", null), report("b", 0.5)]);
  expect(sums).toMatchObject({
    total_runs: 4,
    total_runs_with_submissions: 3,
    total_valid_submissions: 3,
    total_medals: 2,
    total_gold_medals: 1,
    total_silver_medals: 1,
    total_bronze_medals: 0,
    total_above_median: 3,
  });
});

test("medals exclude each other", () => {
  expect(earned(3, board).medal).toBe("gold");
  const { gold_medal, silver_medal, bronze_medal, any_medal } = report("a", 2.5);
  expect([gold_medal, silver_medal, bronze_medal, any_medal]).toEqual([false, true, false, true]);
});
