import { expect, test } from "vitest";
import { wordsOfRefusal, wordsOfStop } from "../../../runs/report/limits.ts";

test.each([
  ["seconds", 570, "the time limit (9m 30s) would be exceeded"],
  ["usd", 2, "the spend limit ($2.00) would be exceeded"],
  ["tokens", null, "the token limit would be exceeded"],
  ["executions", 40, "the execution limit (40) would be exceeded"],
  ["interrupted", null, "the run was asked to finish"],
  ["unknown-price", null, "the model's price is unknown, and --max-usd is set"],
  [
    "near-ties have used their share of the budget",
    null,
    "near-ties have used their share of the budget",
  ],
])("skipped by %s of %s: %s", (limit, max, words) => {
  expect(wordsOfRefusal({ allowed: false, limit, max, granted: null })).toBe(words);
});

test.each([
  ["seconds", "stopped at the time limit; raise it with --time-limit"],
  ["usd", "stopped at the spend limit; raise it with --max-usd"],
  [
    "unknown-price",
    "stopped: the model's price is unknown; give it with --prices, or drop --max-usd",
  ],
])("a run that %s ended says how to raise it", (limit, words) => {
  expect(wordsOfStop(limit)).toBe(words);
});
