import { describe, expect, test } from "vitest";
import { parseScoreLine } from "../../../agent/python-source/score-line.ts";

describe("parseScoreLine", () => {
  test.each([
    ["Final Validation Performance: 0.5", 0.5],
    ["Final Validation Performance: 0.5\nbye", 0.5],
    ["final validation performance : -12.5e-3", -0.0125],
    ["Final Validation Performance: +3", 3],
    ["Final Validation Performance: .25", 0.25],
    ["Final Validation Performance: 1e3", 1000],
    ["Final Validation Performance: 0.5 (RMSE)", 0.5],
    ["Final Validation Performance (RMSE): 0.5", 0.5],
    ["Final Validation Performance: 45%", 0.45],
    ["Final Validation Performance: 1,234.5", 1234.5],
    ["**Final Validation Performance:** **0.91**", 0.91],
    ["Final Validation Performance = 0.4", 0.4],
    ["INFO 12:30:01 Final Validation Performance: `0.4`.", 0.4],
    ["Final Validation Performance: 0.1\nFinal Validation Performance: 0.2\n", 0.2],
    ["epoch 1\rFinal Validation Performance: 0.3\r\n", 0.3],
    ["Computing Final Validation Performance\nFinal Validation Performance: 7", 7],
  ])("reads %j", (output, score) => {
    expect(parseScoreLine(output)).toBe(score);
  });

  test.each([
    [""],
    ["Final Validation Performance"],
    ["Final Validation Performance: nan"],
    ["Final Validation Performance: inf"],
    ["Final Validation Performance: 1e999"],
    ["Final Validation Performance: 0.1\nFinal Validation Performance: nan"],
    ["Final Validation Performance: None"],
    ["Final Validation Performance: 0.5.1"],
    ["Final Validation Performance: 0.5abc"],
    ["Final Validation Performance: 1,23"],
    ["Final Validation Performance: 1 234"],
    ["Validation score: 0.5"],
  ])("reads no score from %j", (output) => {
    expect(parseScoreLine(output)).toBeNull();
  });
});
