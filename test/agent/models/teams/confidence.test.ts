import { expect, test } from "vitest";
import { readConfidence } from "../../../../agent/models/teams/confidence.ts";

test.each([
  ["Plan.\nConfidence: 80", 0.8, "Plan."],
  ["Plan.\n**Confidence**: 80 %", 0.8, "Plan."],
  ["Plan.\n> confidence = 0.8", 0.8, "Plan."],
  ["Confidence: 10\nPlan.\nConfidence: 90\n", 0.9, "\nPlan."],
  ["Confidence: 1", 0.01, ""],
  ["Plan.\nConfidence: 400", null, "Plan."],
  ["Plan.\nConfidence: -5", null, "Plan."],
  ["I have confidence in 80 trees.", null, "I have confidence in 80 trees."],
  ["Confidence: high", null, "Confidence: high"],
])("%j states %j", (text, confidence, rest) => {
  expect(readConfidence(text)).toEqual({ confidence, rest });
});
