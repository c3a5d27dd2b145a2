import { expect, test } from "vitest";
import { expectedWords } from "../../../runs/report/expected-score.ts";

const projection = {
  score: 0.986935,
  interval: [0.893364, 1.08331] as [number, number],
  rows: -0.00306512,
  rowsError: 0.00184,
  time: 0.0339,
  test: 1.27,
  drawn: "times" as const,
};

test("the expected score and each of its parts are rounded to what is known of them", () => {
  expect(expectedWords(projection)).toBe(
    "with all rows: 0.987 [0.893, 1.083] in 95 % of cases (more training rows -0.0031 ± 0.0018, from one stretch of time to the next ± 0.034, the draw of test rows widens the interval by 27 %)",
  );
  expect(expectedWords({ ...projection, rows: null, time: null, drawn: "groups" })).toBe(
    "with all rows: 0.987 [0.893, 1.083] in 95 % of cases (what more training rows add was not measured, rows of a group err together, the draw of test rows widens the interval by 27 %)",
  );
});

test("a change with time that was not measured, or is within chance, is not said as a measured zero", () => {
  expect(expectedWords({ ...projection, time: 0 })).toContain(
    ", no change with time was seen beyond chance, the draw",
  );
  expect(expectedWords({ ...projection, time: null })).toContain(
    ", how scores change with time was not measured, the draw",
  );
});
