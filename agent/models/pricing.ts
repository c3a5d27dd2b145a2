import { readFileSync } from "node:fs";
import { z } from "zod";
import { ConfigInvalid } from "../../runs/errors.ts";
import type { Tokens } from "../../runs/events.ts";
import { noTokens } from "../../runs/ledger.ts";

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

/** A dated table of what models cost. */
export const PriceTable = z.object({
  date: z.iso.date(),
  perWebSearch: z.number().min(0).default(0),
  models: z.record(z.string(), z.array(Band).min(1)),
});
export type PriceTable = z.infer<typeof PriceTable>;

/** The shipped price table, with the models of a user's own file (same format) laid over it. */
export function readPrices(ownFile: string | null): PriceTable {
  const shipped = readTable(new URL("./prices.json", import.meta.url));
  if (ownFile === null) return shipped;
  const own = readTable(ownFile);
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
  const doubled = band.input === null ? null : 2 * band.input;
  const prices = { cacheWriteHour: doubled, ...band };
  for (const kind of ["input", "output", "cacheWrite", "cacheWriteHour", "cacheRead"] as const) {
    if (counts[kind] === 0) continue;
    const perMillion = prices[kind] ?? null;
    if (perMillion === null) return null;
    dollars += (counts[kind] * perMillion) / 1e6;
  }
  return dollars;
}

/** Most that a call of this size can cost: no input served from the cache, all of it at the dearer of fresh and written. */
export function worstPrice(
  model: string,
  input: number,
  output: number,
  table: PriceTable,
  webSearches = 0,
): number | null {
  const fresh = { ...noTokens(), input, output };
  const written = { ...noTokens(), output, cacheWrite: input };
  const kept = { ...written, cacheWriteHour: input };
  const prices = [fresh, written, kept].map((tokens) => priceOf(model, tokens, table, webSearches));
  return prices.includes(null) ? null : Math.max(...prices.map(Number));
}

/** A dated release (`claude-opus-5-5-20261007`) costs what its name costs. */
function bandOf(model: string, promptTokens: number, table: PriceTable): Band | null {
  const bands = table.models[model] ?? table.models[model.replace(/[-@](?:\d{8}|latest)$/u, "")];
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
