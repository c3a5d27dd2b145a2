import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { diskError } from "../../runs/errors.ts";

/** Writes a table. A file of that name is replaced, not changed: it may be a second name of somebody's data. */
export async function writeTable(
  path: string,
  header: readonly string[],
  rows: readonly (readonly string[])[],
): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await rm(path, { force: true });
    await writeFile(path, csvText([header, ...rows]));
  } catch (error) {
    throw diskError(error, path);
  }
}

/** Records as comma-separated lines. */
export function csvText(records: readonly (readonly string[])[]): string {
  return records.map((record) => `${record.map(cell).join(",")}\n`).join("");
}

function cell(text: string): string {
  return /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
