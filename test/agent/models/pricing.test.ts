import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { priceOf, readPrices, worstPrice } from "../../../agent/models/pricing.ts";
import { ConfigInvalid } from "../../../runs/errors.ts";
import { noTokens } from "../../../runs/ledger.ts";

const MILLION = 1_000_000;
const table = readPrices(null);

function fileWith(text: string): string {
  const file = path.join(mkdtempSync(path.join(tmpdir(), "prices-")), "prices.json");
  writeFileSync(file, text);
  return file;
}

test("each kind of token has its own price", () => {
  const tokens = {
    ...noTokens(),
    input: MILLION,
    cacheRead: MILLION,
    cacheWrite: MILLION,
    output: MILLION,
  };
  expect(priceOf("claude-opus-5-5", tokens, table)).toBeCloseTo(4 + 0.2 + 5 + 20, 9);
});

test("a dated release costs what its name costs, an unknown model has no price", () => {
  const tokens = { ...noTokens(), input: MILLION, cacheRead: 0, cacheWrite: 0, output: 0 };
  expect(priceOf("claude-sonnet-5-5-20261007", tokens, table)).toBe(2);
  expect(priceOf("my-local-model", tokens, table)).toBeNull();
});

test("the length of the whole prompt, cached tokens included, picks the band", () => {
  const long = { ...noTokens(), input: 0, cacheRead: 0, cacheWrite: 100_001, output: 0 };
  const short = { ...long, cacheWrite: 100_000 };
  expect(priceOf("claude-haiku-5-5", short, table)).toBeCloseTo(0.0125, 9);
  expect(priceOf("claude-haiku-5-5", long, table)).toBeCloseTo(0.062500625, 9);
});

test("a price that is not known makes the cost unknown, unless none of it was used", () => {
  const tokens = { ...noTokens(), input: 150_000, cacheRead: 10, cacheWrite: 0, output: 0 };
  expect(priceOf("claude-haiku-5-5", tokens, table)).toBeNull();
  expect(priceOf("claude-haiku-5-5", { ...tokens, cacheRead: 0 }, table)).toBeCloseTo(0.075, 9);
});

test("what is kept for an hour costs twice the fresh input, unless the table says otherwise", () => {
  const tokens = { ...noTokens(), cacheWrite: 2 * MILLION, cacheWriteHour: MILLION };
  expect(priceOf("claude-opus-5-5", tokens, table)).toBeCloseTo(5 + 8, 9);
});

test("web searches cost extra", () => {
  const nothing = noTokens();
  expect(priceOf("claude-opus-5-5", nothing, table, 3)).toBeCloseTo(0.03, 9);
});

test("the worst price takes the dearer of fresh and written input", () => {
  expect(worstPrice("claude-opus-5-5", MILLION, MILLION, table)).toBe(28);
  expect(worstPrice("my-local-model", 1, 1, table)).toBeNull();
});

test("a user's own file adds models and overrides shipped prices", () => {
  const band = { upTo: null, input: 1, output: 1, cacheWrite: 1, cacheRead: 1 };
  const own = readPrices(
    fileWith(
      JSON.stringify({ date: "2027-01-01", models: { mine: [band], "claude-opus-5-5": [band] } }),
    ),
  );
  const tokens = { ...noTokens(), input: MILLION, cacheRead: 0, cacheWrite: 0, output: 0 };
  expect(own.date).toBe("2027-01-01");
  expect(
    ["mine", "claude-opus-5-5", "claude-sonnet-5-5"].map((m) => priceOf(m, tokens, own)),
  ).toEqual([1, 1, 2]);
});

test("a price table that cannot be read is named with the field that is wrong", () => {
  const broken = fileWith('{"date":"2027-01-01","models":{"mine":[{"upTo":null,"input":-1}]}}');
  expect(() => readPrices(broken)).toThrow(ConfigInvalid);
  expect(() => readPrices(broken)).toThrow(/prices\.json: models\.mine\.0\.input/u);
  expect(() => readPrices(fileWith("{"))).toThrow(ConfigInvalid);
  expect(() => readPrices("/nowhere/prices.json")).toThrow("/nowhere/prices.json");
});
