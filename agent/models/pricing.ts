import { readFileSync } from "node:fs";
import * as z from "zod";
import { ConfigInvalid } from "../../runs/errors.ts";
import type { Tokens } from "../../runs/events/events.ts";

const price = z.number().min(0).nullable();

/** Prices of prompts up to so many tokens, in dollars per million; null: not known. */
const Band = z.strictObject({
  upTo: z.number().positive().nullable(),
  input: price,
  output: price,
  cacheWrite: price,
  cacheRead: price,
  /** Kept for an hour; left out: twice the fresh input. */
  cacheWriteHour: price.optional(),
});
type Band = z.infer<typeof Band>;

/** A dated table of what models cost; `*` is every model that has no name of its own in it. */
export const PriceTable = z.object({
  date: z.iso.date(),
  perWebSearch: z.number().min(0).default(0),
  models: z.record(z.string(), z.array(Band).min(1)),
});
export type PriceTable = z.infer<typeof PriceTable>;

/** The shipped price table; the models of the user's own file (same format) override it, a table takes its place. */
export function readPrices(given: string | PriceTable | null): PriceTable {
  const shipped = readTable(new URL("./prices.json", import.meta.url));
  if (given === null) return shipped;
  if (typeof given !== "string") return given;
  const own = readTable(given);
  return { ...own, models: { ...shipped.models, ...own.models } };
}

/** Dollars that a call cost, or null where a price it needs is not known. */
export function priceOf(
  model: string,
  tokens: Tokens,
  table: PriceTable,
  webSearches = 0,
): number | null {
  const band = bandOf(model, tokens.input + tokens.cacheRead + tokens.cacheWrite, table);
  if (band === null) return null;
  let dollars = webSearches * table.perWebSearch;
  const hour = tokens.cacheWriteHour;
  const counts = { ...tokens, cacheWrite: tokens.cacheWrite - hour, cacheWriteHour: hour };
  // Cached input never costs more than fresh input.
  const cacheRead = band.cacheRead ?? band.input;
  const prices = { ...band, cacheRead, cacheWriteHour: hourPrice(band) };
  for (const kind of ["input", "output", "cacheWrite", "cacheWriteHour", "cacheRead"] as const) {
    if (counts[kind] === 0) continue;
    const perMillion = prices[kind] ?? null;
    if (perMillion === null) return null;
    dollars += (counts[kind] * perMillion) / 1e6;
  }
  return dollars;
}

/**
 * Upper bound of the dollars of a call of at most this size, over all price bands and cache states. Null where one
 * of the prices that could apply is unknown.
 */
export function maxPrice(
  model: string,
  input: number,
  output: number,
  table: PriceTable,
  webSearches = 0,
): number | null {
  const bands = bandsOf(model, table);
  if (bands === null) return null;
  let worst = 0;
  let below = 0;
  for (const band of bands) {
    if (below >= input && below > 0) break;
    const size = Math.min(input, band.upTo ?? input);
    below = band.upTo ?? Number.POSITIVE_INFINITY;
    const kinds = [band.input, band.cacheWrite, hourPrice(band), band.cacheRead ?? band.input];
    if (band.input === null || band.output === null || kinds.includes(null)) return null;
    const highest = Math.max(...kinds.map(Number));
    worst = Math.max(worst, (size * highest + output * band.output) / 1e6);
  }
  // A prompt longer than any band has no price.
  return below < input ? null : worst + webSearches * table.perWebSearch;
}

function hourPrice(band: Band): number | null {
  if (band.cacheWriteHour !== undefined) return band.cacheWriteHour;
  return band.input === null ? null : 2 * band.input;
}

/** Entry for every model without one of its own. */
const ANY_MODEL = "*";

/** A dated release (`claude-opus-5-5-20261007`) costs what its name costs. */
function bandsOf(model: string, table: PriceTable): readonly Band[] | null {
  const names = [model, model.replace(/[-@](?:\d{8}|latest)$/u, ""), ANY_MODEL];
  const found = names.map((name) => table.models[name]).find((bands) => bands !== undefined);
  return found ?? null;
}

function bandOf(model: string, promptTokens: number, table: PriceTable): Band | null {
  const bands = bandsOf(model, table);
  return bands?.find(({ upTo }) => upTo === null || promptTokens <= upTo) ?? null;
}

function readTable(file: string | URL): PriceTable {
  const name = String(file);
  let raw: unknown;
  try {
    raw = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigInvalid(`price table ${name}: ${why}`, { cause: error });
  }
  const table = PriceTable.safeParse(raw);
  if (table.success) return table.data;
  const issue = table.error.issues[0];
  throw new ConfigInvalid(
    `price table ${name}: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not a price table"}`,
  );
}

/** Bytes per token: usually, and at the least (code, digits and foreign scripts have short tokens). */
export const BYTES_PER_TOKEN = 3.5;
const MIN_BYTES_PER_TOKEN = 2.5;

/** Estimated tokens of a text, where the server gives no count; no offline tokenizer fits every model. */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);
}

/** Upper bound of the tokens of a text. */
export function maxTokensOf(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / MIN_BYTES_PER_TOKEN);
}
