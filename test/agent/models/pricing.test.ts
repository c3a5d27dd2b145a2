import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { maxPrice, priceOf, readPrices } from "../../../agent/models/pricing.ts";
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
  const band = { upTo: null, input: 1, output: null, cacheWrite: null, cacheRead: 1 };
  const own = { ...table, models: { half: [band] } };
  const tokens = { ...noTokens(), input: MILLION };
  expect(priceOf("half", tokens, own)).toBe(1);
  expect(priceOf("half", { ...tokens, output: 1 }, own)).toBeNull();
  expect(priceOf("half", { ...tokens, cacheWrite: 1 }, own)).toBeNull();
  expect(maxPrice("half", 1, 1, own)).toBeNull();
});

test("what a cache served at a price nobody knows costs what it would have cost fresh", () => {
  const tokens = { ...noTokens(), input: 50_000, cacheRead: 100_000 };
  expect(priceOf("claude-haiku-5-5", tokens, table)).toBeCloseTo(0.075, 9);
});

test("a table may say what every model costs that it does not name: the worst that its user assumes", () => {
  const band = { upTo: null, input: 15, output: 75, cacheWrite: 20, cacheRead: 15 };
  const own = { ...table, models: { ...table.models, "*": [band] } };
  expect(priceOf("my-local-model", { ...noTokens(), input: MILLION }, own)).toBe(15);
  expect(maxPrice("my-local-model", MILLION, MILLION, own)).toBe(30 + 75);
  expect(priceOf("claude-sonnet-5-5", { ...noTokens(), input: MILLION }, own)).toBe(2);
});

test("no call costs more than its worst price, whatever its tokens turn out to be", async () => {
  const dollars = fc.double({ min: 0, max: 100, noNaN: true });
  const band = fc.record({
    upTo: fc.constant(null),
    input: dollars,
    output: dollars,
    cacheWrite: dollars,
    cacheRead: fc.option(dollars),
  });
  const bands = fc
    .tuple(
      fc.uniqueArray(fc.integer({ min: 1, max: 200_000 }), { maxLength: 3 }),
      fc.array(band, { minLength: 4, maxLength: 4 }),
    )
    .map(([ends, each]) =>
      each.slice(0, ends.length + 1).map((prices, index) => ({
        ...prices,
        upTo: [...ends].sort((a, b) => a - b)[index] ?? null,
      })),
    );
  const size = fc.integer({ min: 0, max: 250_000 });
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  await fc.assert(
    fc.asyncProperty(
      bands,
      size,
      size,
      fc.tuple(share, share, share, share),
      async (each, input, output, shares) => {
        const own = { ...table, models: { any: each } };
        const [length, read, write, hour] = shares;
        const used = Math.floor(input * length);
        const cacheRead = Math.floor(used * read);
        const cacheWrite = Math.floor((used - cacheRead) * write);
        const tokens = {
          ...noTokens(),
          input: used - cacheRead - cacheWrite,
          cacheRead,
          cacheWrite,
          output,
          cacheWriteHour: Math.floor(cacheWrite * hour),
        };
        const worst = maxPrice("any", input, output, own, 2) ?? Number.NaN;
        expect(priceOf("any", tokens, own, 2)).toBeLessThanOrEqual(worst * (1 + 1e-12));
      },
    ),
    { numRuns: 1000 },
  );
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
  expect(maxPrice("claude-opus-5-5", MILLION, MILLION, table)).toBe(28);
  expect(maxPrice("my-local-model", 1, 1, table)).toBeNull();
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
