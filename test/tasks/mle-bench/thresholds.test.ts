import { expect, test } from "vitest";
import { thresholdsOf } from "../../../tasks/mle-bench/thresholds.ts";

test("thresholds of a competition of MLE-bench are those of its human board, under either name", async () => {
  const found = await thresholdsOf("mle-bench:aptos2019-blindness-detection", { thresholds: {} });
  expect(found?.scores).toEqual({
    gold: 0.93051,
    silver: 0.91965,
    bronze: 0.91449,
    median: 0.88891,
  });
  expect(found?.source).toContain("2928 teams");
  const hidden = "mle-bench:aptos2019-blindness-detection:obfuscated";
  expect(await thresholdsOf(hidden, { thresholds: {} })).toEqual(found);
});

test("other competitions have those of their task.yaml, and none where it names none", async () => {
  const own = { winner: 0.9 };
  expect(await thresholdsOf("houses", { thresholds: own })).toEqual({
    source: "task.yaml",
    scores: own,
  });
  expect(await thresholdsOf("houses", { thresholds: {} })).toBe(null);
});
