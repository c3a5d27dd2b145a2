import { expect, test } from "vitest";
import {
  showBlock,
  showGainWithin,
  showScoreOf,
  showScoreWithin,
  showWithin,
} from "../../../runs/report/formats.ts";

test.each([
  [0.473308, [0.416903, 0.552121], "0.473 [0.417, 0.552]"],
  [8, [7, 9], "8 [7, 9]"],
  [123456.7, [120000, 130000], "123500 [120000, 130000]"],
  [0.98765432, [0.98765431, 0.98765433], "0.98765432 [0.98765431, 0.98765433]"],
  [0.5, [0.5, 0.5], "0.5 [0.5, 0.5]"],
  [0.5, null, "0.5"],
  [null, null, "–"],
] as const)("a score of %s with interval %s is shown as %s", (score, interval, shown) => {
  expect(showScoreWithin(score, interval)).toBe(shown);
});

test("a score alone and a gain are rounded to what is known of them", () => {
  expect(showScoreOf(0.473308, [0.416903, 0.552121])).toBe("0.473");
  expect(showScoreOf(0.473308, null)).toBe("0.473308");
  expect(showGainWithin(0.0263717, 0.0113)).toBe("+0.026 ± 0.011");
  expect(showGainWithin(-2, 0.5)).toBe("-2 ± 0.5");
  expect(showGainWithin(0, null)).toBe("0");
  expect(showWithin(1e-30, 1e-31)).toBe("1e-30");
});

test("a block keeps its lines; what cannot be seen is written out, and a long one loses its middle", () => {
  expect(showBlock("a\r\n\tb\u001b[31m\u202ec\u0000")).toBe("a\n\tb\\u{1b}[31m\\u{202e}c\\u{0}");
  const long = showBlock("x".repeat(1_000_000), 100);
  expect(long).toMatch(/^x{50}\n… 999900 characters left out …\nx{50}$/u);
});
