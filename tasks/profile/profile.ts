import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Competition } from "../competition.ts";
import { runScript } from "./python-script.ts";

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
});
export type ColumnProfile = z.infer<typeof ColumnProfile>;

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
});
export type OtherFile = z.infer<typeof OtherFile>;

/** The data profile: part of the brief, read by every model and by the playbook. */
export const Profile = z.object({
  trainRows: z.number().int(),
  testRows: z.number().int(),
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
  /** What the media files look like: extension, count, a sampled image size. */
  media: z
    .object({
      column: z.string(),
      extension: z.string(),
      width: z.number().nullable(),
      height: z.number().nullable(),
      channels: z.number().nullable(),
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
): Promise<Profile> {
  return Profile.parse(await runScript(python, SCRIPT, competition, "profiling"));
}
