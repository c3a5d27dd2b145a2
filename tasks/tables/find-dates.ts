import { stat } from "node:fs/promises";
import { join } from "node:path";
import { CompetitionInvalid } from "../../runs/errors.ts";
import type { TaskFile } from "../competition.ts";
import { scanCsv } from "./csv.ts";
import { type DateEvidence, type DateForms, DatePass, decideDateForms } from "./date-forms.ts";

/** So many bytes of a table are looked at where nothing but its dates is asked. */
const SCANNED_BYTES = 32 * 1024 * 1024;

type Evidence = Map<string, DateEvidence | null>;

/** How the tables of a competition write dates, from all of them together. */
export async function findDates(
  folder: string,
  {
    files,
    labels_file,
    target_columns,
  }: Pick<TaskFile, "files" | "labels_file" | "target_columns">,
): Promise<DateForms> {
  const names = [files.train, files.test, files.sample_submission, ...files.other];
  const labels = labels_file === null ? [] : [labels_file];
  return decideDateForms(await scanDates(folder, [...names, ...labels]), target_columns);
}

/** What the columns of some tables say of dates; what is no table says nothing. */
export async function scanDates(folder: string, files: readonly string[]): Promise<Evidence[]> {
  const found: Evidence[] = [];
  for (const file of files) {
    const path = join(folder, file);
    const isFile = (await stat(path).catch(() => null))?.isFile() === true;
    if (isFile && /\.csv$/iu.test(file)) found.push(await scanTable(path));
  }
  return found;
}

async function scanTable(path: string): Promise<Evidence> {
  let columns: [string, DatePass][] = [];
  const take = (values: readonly string[], _line: number, header: string[]) => {
    if (columns.length === 0) columns = header.map((name) => [name, new DatePass(name)]);
    for (const [index, [, pass]] of columns.entries()) pass.take(values[index] ?? "");
    return columns.some(([, pass]) => pass.isOpen);
  };
  try {
    await scanCsv(path, take, SCANNED_BYTES);
  } catch (error) {
    // A further file may be anything; tables of the task are refused where they are checked.
    if (!(error instanceof CompetitionInvalid)) throw error;
    return new Map();
  }
  return new Map(columns.map(([name, pass]) => [name, pass.finish()]));
}
