import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { View } from "../../../tasks/referee/referee.ts";
import { type Row, readCsv, scratch, toCsv } from "../made-competition.ts";
import type { referee } from "./opened.ts";

type Made = Awaited<ReturnType<typeof referee>>;

/** Banks predictions made of a row on all search folds under an id. */
export async function banked(
  made: Made,
  id: string,
  predict: (row: Record<string, string>) => Row,
): Promise<View[]> {
  const views: View[] = made.split.folds.slice(0, made.split.searchFolds).map(({ view }) => view);
  for (const view of views) {
    const rows = readCsv(join(await made.input(view), "test.csv"));
    const file = join(scratch(), "submission.csv");
    writeFileSync(file, toCsv(rows.map((row) => ({ id: row["id"] ?? "", ...predict(row) }))));
    expect((await made.judge(id, view, file)).reason).toBeNull();
  }
  return views;
}
