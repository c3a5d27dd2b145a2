import * as z from "zod";
import type { EventValue } from "../../events/events.ts";
import { sha256 } from "../../sha256.ts";

const Hashes = z.array(z.string());

/** By what a competition is known again, also under another name: hashes only, nothing of its data. */
export const CompetitionPrint = z.object({
  id: z.string(),
  title: z.string(),
  dataHash: z.string(),
  /** Of the names of its columns. */
  names: Hashes,
  /** Of what its columns hold: kind, range, mean, or the examples of text. */
  contents: Hashes,
});
export type CompetitionPrint = z.infer<typeof CompetitionPrint>;

/** The part of a brief that says what the columns are; briefs of any version. */
const Columns = z.looseObject({
  profile: z.looseObject({
    columns: z.array(
      z.looseObject({
        name: z.string(),
        kind: z.string(),
        unique: z.number(),
        examples: z.array(z.string()),
        min: z.number().nullable(),
        max: z.number().nullable(),
        mean: z.number().nullable(),
      }),
    ),
  }),
});

/** Columns that a print holds. */
const MAX_COLUMNS = 300;

export function printOf(started: EventValue<"run-started">): CompetitionPrint {
  const { id, title } = started.competition;
  const columns = Columns.safeParse(started.brief).data?.profile.columns ?? [];
  const few = columns.slice(0, MAX_COLUMNS);
  const contents = few.flatMap(({ kind, unique, examples, min, max, mean }) => {
    // Flags and constants look alike everywhere.
    if (unique <= 2) return [];
    if (mean === null) return examples.length === 0 ? [] : [[kind, ...[...examples].sort()]];
    return [[kind, ...[min, max, mean].map((value) => value?.toPrecision(2) ?? "")]];
  });
  return {
    id,
    title,
    dataHash: started.dataHash,
    names: distinct(few.map(({ name }) => short(plain(name)))),
    contents: distinct(contents.map((parts) => short(parts.join("\u0000")))),
  };
}

/** From so many columns on, names or contents alone tell that two competitions are one: a choice of ours. */
const ENOUGH_NAMES = 4;
const ENOUGH_CONTENTS = 3;
/** Shares of columns in common (Jaccard) that count as the same: a choice of ours. */
const SAME_NAMES = 0.8;
const SAME_CONTENTS = 0.5;

/** Why two competitions count as the same one, or null: id, title, data, or columns that are nearly the same. */
export function sameCompetition(a: CompetitionPrint, b: CompetitionPrint): string | null {
  if (plain(a.id) === plain(b.id)) return "the same id";
  if (plain(a.title) !== "" && plain(a.title) === plain(b.title)) return "the same title";
  if (a.dataHash === b.dataHash) return "the same data";
  const names = jaccard(a.names, b.names) >= SAME_NAMES;
  const contents = jaccard(a.contents, b.contents) >= SAME_CONTENTS;
  const isNamed = Math.min(a.names.length, b.names.length) >= ENOUGH_NAMES;
  const isFilled = Math.min(a.contents.length, b.contents.length) >= ENOUGH_CONTENTS;
  if ((names && isNamed) || (contents && isFilled) || (names && contents))
    return "nearly the same columns";
  return null;
}

/** Shared part of two sets; 0 where one is empty. */
function jaccard(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return 0;
  const other = new Set(b);
  const shared = a.filter((each) => other.has(each)).length;
  return shared / (a.length + b.length - shared);
}

function plain(text: string): string {
  return text
    .normalize("NFKD")
    .replaceAll(/\p{M}+/gu, "")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, "");
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

function short(text: string): string {
  return sha256(text).slice(0, 8);
}
