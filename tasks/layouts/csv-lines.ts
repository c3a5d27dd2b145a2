import { rm, writeFile } from "node:fs/promises";
import { diskError } from "../../runs/errors.ts";

/** Writes a table. A file of that name is replaced, not changed: it may be a second name of somebody's data. */
export async function writeTable(
  path: string,
  header: readonly string[],
  rows: readonly (readonly string[])[],
): Promise<void> {
  try {
    await rm(path, { force: true });
    await writeFile(path, [header, ...rows].map((row) => `${row.map(cell).join(",")}\n`).join(""));
  } catch (error) {
    throw diskError(error, path);
  }
}

function cell(text: string): string {
  return /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
