import { expect, test } from "vitest";
import { thresholdWords } from "../../../runs/report/thresholds.ts";

const scores = { median: 0.8, gold: 0.95, silver: 0.9, "last year": 0.7 };
const higher = {
  thresholds: { source: "task.yaml", scores },
  direction: "maximize",
  sealedScore: 0.91,
  sealedInterval: [0.88, 0.94],
  searchScore: 0.96,
  searchInterval: null,
} as const;

test("a sealed score stands among the thresholds, best first, and what its interval leaves open is said", () => {
  expect(thresholdWords({ ...higher, sealedInterval: [0.88, 0.94] })).toBe(
    "the sealed score 0.91 [0.88, 0.94] beside task.yaml: it reaches silver (0.9), median (0.8), last year (0.7), not gold (0.95); its interval does not decide about silver",
  );
});

test("where lower is better, a lower threshold is harder", () => {
  const lower = { ...higher, direction: "minimize", sealedScore: null, searchScore: 0.85 } as const;
  expect(thresholdWords({ ...lower, sealedInterval: null })).toBe(
    "the search score 0.85 beside task.yaml: it reaches silver (0.9), gold (0.95), not last year (0.7), median (0.8)",
  );
});

test("all and none of the thresholds are reached", () => {
  const words = (sealedScore: number) =>
    thresholdWords({ ...higher, sealedScore, sealedInterval: [sealedScore, sealedScore] });
  expect(words(0.99)).toMatch(/: it reaches gold .*last year \(0\.7\)$/u);
  expect(words(0.1)).toMatch(/: it reaches none of gold .*last year \(0\.7\)$/u);
});

test("without thresholds or without a score nothing is said", () => {
  expect(thresholdWords({ ...higher, sealedInterval: null, thresholds: null })).toBe(null);
  const none = { ...higher, sealedInterval: null, sealedScore: null, searchScore: null };
  expect(thresholdWords(none)).toBe(null);
});

test("names of thresholds are text, whatever they hold", () => {
  const hostile = { source: "task.yaml", scores: { "\u001b[31m\u202ewon": 0.5 } };
  const words = thresholdWords({ ...higher, sealedInterval: null, thresholds: hostile });
  for (const mark of ["\u001b", "\u202e"]) expect(words).not.toContain(mark);
});
