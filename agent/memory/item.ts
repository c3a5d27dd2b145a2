import * as z from "zod";
import { MemoryKind } from "../../runs/events/memory.ts";

/** One measurement that an item rests on: where it was made, and under which conditions. */
export const Outcome = z.object({
  /** `<competition>/<run>`. */
  run: z.string(),
  competition: z.string(),
  attempt: z.string().nullable(),
  scoreBefore: z.number().nullable(),
  scoreAfter: z.number().nullable(),
  /** In the metric's good direction. */
  gain: z.number().nullable(),
  standardError: z.number().nullable(),
  /** Whether it did what the item says: the change gained, the repair ran. Null: nothing can be said. */
  helped: z.boolean().nullable(),
  type: z.string(),
  modality: z.string(),
  metric: z.string(),
  rows: z.number(),
  /** What the data are called, by which like ones are found; items of earlier versions do not say. */
  about: z.string().default(""),
});
export type Outcome = z.infer<typeof Outcome>;

/** What an error is known by. */
export const ErrorKey = z.object({
  /** `ValueError`, without its module. */
  exception: z.string(),
  /** Package that raised it, and its version; null for the script itself. */
  library: z.string().nullable(),
  version: z.string().nullable(),
});
export type ErrorKey = z.infer<typeof ErrorKey>;

/** What was learned of one topic, with all that it rests on. */
export const Item = z.object({
  id: z.string(),
  /** Counts its changes. */
  version: z.number().int(),
  kind: MemoryKind,
  title: z.string(),
  text: z.string(),
  /** Block or step that it was changed in. */
  where: z.string().nullable(),
  /** Recipe or family of models, where a program knows it by name. */
  subject: z.string().nullable(),
  error: ErrorKey.nullable(),
  fix: z.object({ removed: z.array(z.string()), added: z.array(z.string()) }).nullable(),
  outcomes: z.array(Outcome).min(1),
});
export type Item = z.infer<typeof Item>;

/** An item before the bank has given it an id. */
export type Draft = Omit<Item, "id" | "version">;

/** Times that an item must have been seen before its worth is taken at half its face value: a choice of ours. */
const SHRINK = 2;

/** How often it helped against how often it did not, between -1 and 1, shrunk towards 0. */
export function worthOf({ outcomes }: Pick<Item, "outcomes">): number {
  const known = outcomes.flatMap(({ helped, gain, standardError }) =>
    helped === null ? [] : [clarity(helped, gain, standardError)],
  );
  return known.reduce((sum, each) => sum + each, 0) / (known.length + SHRINK);
}

/** A gain that is no more than noise says little either way. */
function clarity(helped: boolean, gain: number | null, standardError: number | null): number {
  const sign = helped ? 1 : -1;
  if (gain === null || standardError === null || standardError <= 0) return sign;
  return Math.tanh(gain / standardError / 2);
}

/** Outcomes of both, each measurement once. */
export function joinOutcomes(a: readonly Outcome[], b: readonly Outcome[]): Outcome[] {
  const keyOf = ({ run, attempt, scoreBefore, scoreAfter }: Outcome) =>
    JSON.stringify([run, attempt, scoreBefore, scoreAfter]);
  return [...new Map([...a, ...b].map((each) => [keyOf(each), each])).values()];
}

/** Outcomes that a text lists. */
const MAX_LISTED = 4;

/** What an item says in a prompt: its text, and where it was seen to help and where not. */
export function textOf(item: Pick<Item, "text" | "outcomes">): string {
  const known = item.outcomes.filter(({ helped }) => helped !== null);
  const helped = known.filter((each) => each.helped === true);
  const failed = known.filter((each) => each.helped === false);
  const lines = [
    ...(helped.length === 0 ? [] : [`Helped ${countText(helped)}: ${listed(helped)}.`]),
    ...(failed.length === 0 ? [] : [`Did not help ${countText(failed)}: ${listed(failed)}.`]),
  ];
  return [item.text, ...lines].join("\n");
}

function countText(outcomes: readonly Outcome[]): string {
  return outcomes.length === 1 ? "once" : `${outcomes.length} times`;
}

function listed(outcomes: readonly Outcome[]): string {
  const last = outcomes.slice(-MAX_LISTED).map(conditionsText);
  const more = outcomes.length - last.length;
  return `${last.join("; ")}${more === 0 ? "" : `; and ${more} more`}`;
}

/** The conditions of one outcome, and its measured effect with the 95 % interval. */
function conditionsText({ gain, standardError, ...seen }: Outcome): string {
  const { type, modality, metric, rows } = seen;
  const task = `${type}, ${modality}, ${metric}, ${rows} rows`;
  if (gain === null) return task;
  const within =
    standardError === null ? "" : ` ± ${Number((1.96 * standardError).toPrecision(2))}`;
  return `${gain > 0 ? "+" : ""}${Number(gain.toPrecision(3))}${within} (${task})`;
}
