import { fileURLToPath } from "node:url";
import * as z from "zod";
import { type Competition, DateForm } from "../competition.ts";
import { runScript } from "../python-script.ts";

/** What stands between thousands and before decimals, a currency or percent sign, letters such as k and m for powers. */
const AmountForm = z.object({
  thousands: z.string(),
  decimal: z.string(),
  unit: z.string(),
  powers: z.array(z.string()),
});
export type AmountForm = z.infer<typeof AmountForm>;

/** What one column looks like in the training table. */
export const ColumnProfile = z.object({
  name: z.string(),
  kind: z.enum(["numeric", "categorical", "text", "datetime", "boolean", "path", "id", "constant"]),
  dtype: z.string(),
  /** Shares in 0..1. */
  missing: z.number(),
  unique: z.number().int(),
  /** Up to five values as text, cut at 60 characters. */
  examples: z.array(z.string()),
  min: z.number().nullable(),
  max: z.number().nullable(),
  mean: z.number().nullable(),
  skew: z.number().nullable(),
  inTest: z.boolean(),
  isTarget: z.boolean(),
  /** Mean words per value, for text columns. */
  words: z.number().nullable(),
  /** First and last date in ISO form, for dates; profiles of earlier versions have none. */
  span: z.tuple([z.string(), z.string()]).nullable().optional(),
  /** How dates are written, null for a column without; profiles of earlier versions have none. */
  dates: DateForm.nullable().optional(),
  /** How amounts are written that pandas reads as text; left out elsewhere. */
  amounts: AmountForm.optional(),
  /** Share of the target's variance that groups of the column's values explain by themselves, in 0..1; left out where it was not measured. */
  association: z.number().nullable().optional(),
  /** Share of test rows whose value no training row has, for columns of named values. */
  unseen: z.number().nullable().optional(),
});
export type ColumnProfile = z.infer<typeof ColumnProfile>;

const Spread = z.object({ min: z.number(), median: z.number(), max: z.number() });
export type Spread = z.infer<typeof Spread>;

/** Another table or folder of the competition. */
export const OtherFile = z.object({
  name: z.string(),
  kind: z.enum(["table", "folder", "file"]),
  rows: z.number().int().nullable(),
  columns: z.array(z.string()),
  /** Columns of the table whose values match values of these columns of train: `{ otherColumn, trainColumn, coverage }`. */
  keys: z.array(z.object({ column: z.string(), trainColumn: z.string(), coverage: z.number() })),
  /** True when `column` of the first key is unique in the table, so a left join keeps the rows. */
  uniqueKey: z.boolean(),
  bytes: z.number(),
  /** What the table's columns hold, the first 100 of them; profiles of earlier versions have none, nor the two below. */
  details: z.array(ColumnProfile.omit({ inTest: true, isTarget: true })).optional(),
  /** Rows that the details are of: all, or an even sample of a large table. */
  examined: z.number().int().optional(),
  /** Rows that share a value of the first key; null where there is no key, or the table is too large to count. */
  rowsPerKey: Spread.nullable().optional(),
});
export type OtherFile = z.infer<typeof OtherFile>;

/** The commonest values, each with the number of files that have it. */
const Counts = z.array(z.object({ value: z.string(), count: z.number().int() }));

/** What the headers of the media files say; of many files an even sample is read. */
const MediaSample = z.object({
  /** Files that the training table names. */
  files: z.number().int(),
  examined: z.number().int(),
  /** Missing, empty, or without a header that is known. */
  unreadable: z.number().int(),
  formats: Counts,
  image: z
    .object({
      /** Pixels; null where no header says it. */
      width: Spread.nullable(),
      height: Spread.nullable(),
      /** 1 is gray, 2 gray with transparency, 3 color, 4 color with transparency. */
      channels: Counts,
      /** When the pictures were taken, by EXIF, and how many say so. */
      dates: z.object({ first: z.string(), last: z.string(), count: z.number().int() }).nullable(),
    })
    .nullable(),
  sound: z
    .object({
      /** Samples a second. */
      rates: Counts,
      seconds: Spread.nullable(),
      channels: Counts,
    })
    .nullable(),
});
export type MediaSample = z.infer<typeof MediaSample>;

/** The data profile: part of the brief, read by every model and by the playbook. */
export const Profile = z.object({
  trainRows: z.number().int(),
  testRows: z.number().int(),
  /** Training rows that the columns' statistics are of: all, or an even sample of a large table; profiles of earlier versions have none. */
  examined: z.number().int().optional(),
  columns: z.array(ColumnProfile),
  /** Columns that only the training table has, besides the targets. */
  trainOnly: z.array(z.string()),
  classes: z.array(z.string()).nullable(),
  /** Shares of the classes, in the order of `classes`. */
  classShares: z.array(z.number()).nullable(),
  target: z
    .object({
      min: z.number(),
      max: z.number(),
      mean: z.number(),
      skew: z.number(),
      integer: z.boolean(),
    })
    .nullable(),
  /** Whether test rows all lie after train rows by the time column. */
  testIsLater: z.boolean(),
  other: z.array(OtherFile),
  /** What the media files look like: extension and size of the first one, and facts of a sample. */
  media: z
    .object({
      column: z.string(),
      extension: z.string(),
      width: z.number().nullable(),
      height: z.number().nullable(),
      channels: z.number().nullable(),
      /** Null for files of no kind that is known here; profiles of earlier versions have none. */
      sample: MediaSample.nullable().optional(),
    })
    .nullable(),
  duplicateRows: z.number().int(),
});
export type Profile = z.infer<typeof Profile>;

const SCRIPT = fileURLToPath(new URL("./python/profiling/main.py", import.meta.url));

/** Looks at the data once, in a Python process of its own; large tables by an even sample. */
export async function profileCompetition(
  competition: Competition,
  python: string,
  signal: AbortSignal | null = null,
): Promise<Profile> {
  const { description: _, ...task } = competition;
  const doing = `profiling ${task.id}`;
  return Profile.parse(await runScript({ python, signal }, SCRIPT, task, doing));
}
