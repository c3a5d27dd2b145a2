import { scanCsv } from "./tables/csv.ts";

/** Numbers this close are the same: sums of floats come out a little otherwise in another order of threads. */
const TOLERANCE = 1e-6;

/** Where two submissions first differ, in words; null where they hold the same predictions. */
export async function firstDifference(a: string, b: string): Promise<string | null> {
  const [one, other] = [await rowsOf(a), await rowsOf(b)];
  if (one.length !== other.length) return `${one.length} rows against ${other.length}`;
  for (const [at, row] of one.entries()) {
    const beside = other[at] ?? [];
    const place = row.findIndex((cell, index) => !isSame(cell, beside[index] ?? ""));
    if (place === -1 && row.length === beside.length) continue;
    const [seen, wanted] = [row[place] ?? "", beside[place] ?? ""];
    return `row ${at}: ${JSON.stringify(seen)} against ${JSON.stringify(wanted)}`;
  }
  return null;
}

/** Header and rows. */
async function rowsOf(file: string): Promise<string[][]> {
  const rows: string[][] = [];
  const visit = (values: readonly string[]) => void rows.push([...values]);
  const { header } = await scanCsv(file, visit, Number.POSITIVE_INFINITY);
  return [[...header], ...rows];
}

function isSame(a: string, b: string): boolean {
  if (a === b) return true;
  const [x, y] = [Number(a), Number(b)];
  if (a.trim() === "" || b.trim() === "" || !Number.isFinite(x) || !Number.isFinite(y))
    return false;
  return Math.abs(x - y) <= TOLERANCE * Math.max(1, Math.abs(x), Math.abs(y));
}
