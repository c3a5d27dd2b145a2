import { join } from "node:path";
import { CompetitionInvalid } from "../../runs/errors.ts";
import type { TaskType } from "../competition.ts";
import { shown } from "../message-text.ts";
import type { Tables } from "../tables/sketch.ts";

const DAY = /^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T]\d{1,2}:\d{2}.*)?$/u;
const DURATION = /^-?(\d+ days? )?\d{1,4}:\d{2}(:\d{2}(\.\d+)?)?$/u;

/**
 * Refuses answers that are dates or durations, each row with its own: as texts they could only be guessed whole, and
 * no metric compares them as numbers. `type`: what was made of them, null where a person said it.
 */
export function refuseMoments(
  folder: string,
  train: string,
  tables: Tables,
  columns: readonly string[],
  type: TaskType | null,
): void {
  const [column = ""] = columns;
  const values = [...(tables.train.columns.get(column)?.values.keys() ?? [])];
  if (type !== "other" || values.length === 0) return;
  const [example = ""] = values;
  for (const [form, what, unit] of [
    [DAY, "dates", "days since one day"],
    [DURATION, "durations", "seconds"],
  ] as const) {
    if (!values.every((value) => form.test(value.trim()))) continue;
    throw new CompetitionInvalid(
      `${shown(join(folder, train))}: ${column} holds ${what} (${example}), which are not predicted as they stand: write numbers (${unit}) in train and sample submission, or name --type multiclass`,
    );
  }
}
