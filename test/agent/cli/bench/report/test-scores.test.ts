import { expect, test } from "vitest";
import {
  compareScores,
  scoresByCompetition,
} from "../../../../../agent/cli/bench/report/test-scores.ts";

const compares = {
  competitions: ["error", "share", "ungraded"],
  configurations: ["base", "native"],
};

function graded(
  competition: string,
  direction: "minimize" | "maximize",
  scores: Record<string, (number | null)[]>,
) {
  return Object.entries(scores).flatMap(([configuration, each]) =>
    each.map((score, seed) => ({ competition, configuration, seed, score, direction })),
  );
}

test("test scores are averaged over the seeds that were graded, by competition", () => {
  const scores = [
    ...graded("error", "minimize", { base: [4, 2], native: [1, null] }),
    ...graded("share", "maximize", { base: [0.5, Number.NaN], native: [null, null] }),
    ...graded("ungraded", "minimize", { base: [null], native: [null] }),
  ];
  expect(scoresByCompetition(compares, scores)).toEqual([
    { competition: "error", direction: "minimize", means: [3, 1], seeds: [2, 1] },
    { competition: "share", direction: "maximize", means: [0.5, null], seeds: [1, 0] },
  ]);
});

test("configurations are compared by the seeds that both have, each competition once, in the metric's direction", () => {
  const scores = [
    // Seed 1 has no second score: only the first pair counts.
    ...graded("error", "minimize", { base: [4, 1], native: [3, null] }),
    ...graded("share", "maximize", { base: [0.5, 0.5], native: [0.7, 0.4] }),
  ];
  expect(compareScores(compares, scores)).toEqual([
    {
      first: "base",
      second: "native",
      better: 2,
      worse: 0,
      same: 0,
      pValue: 0.5,
      verdict: "no difference shown",
    },
  ]);
});

test.each([
  ["better", "maximize", 6],
  ["worse", "minimize", 6],
  ["no difference shown", "maximize", 5],
] as const)("the second one is %s where %s scores rise in %i", (verdict, direction, count) => {
  const competitions = Array.from({ length: count }, (_, index) => `c${index}`);
  const scores = competitions.flatMap((id) => graded(id, direction, { base: [1], native: [2] }));
  expect(compareScores({ ...compares, competitions }, scores)[0]?.verdict).toBe(verdict);
});
