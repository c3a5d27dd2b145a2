import { join } from "node:path";
import { readHeader, scanCsv } from "../tables/csv.ts";

/**
 * Whether the ids of a sample submission stand for a test table that a folder lacks: they are called as those of train,
 * name none of its rows, and what is asked for of them is what train has beside its id.
 */
export async function namesTestRows(
  folder: string,
  train: string,
  sample: string,
): Promise<boolean> {
  const [id = "", ...predicted] = await readHeader(join(folder, sample));
  const header = await readHeader(join(folder, train));
  if (!header.includes(id) || predicted.length === 0) return false;
  const isAsked = predicted.length > 1 || predicted.every((column) => header.includes(column));
  if (!isAsked && header.length > 2) return false;
  const asked = new Set(await cellsOf(join(folder, sample), id));
  const known = await cellsOf(join(folder, train), id);
  return known.every((cell) => !asked.has(cell));
}

async function cellsOf(path: string, column: string): Promise<string[]> {
  const cells: string[] = [];
  await scanCsv(path, (values, _, header) => void cells.push(values[header.indexOf(column)] ?? ""));
  return cells;
}
