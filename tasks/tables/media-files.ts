import { readdir, stat } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import type { Sketch, Tables } from "./sketch.ts";

/** So many cells of a column are looked up, not all of them. */
const CELLS = 5;

/** What may stand in a table for a file of these folders: its name, and its name without extension. */
export async function mediaNames(
  folder: string,
  other: readonly string[],
): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for (const path of other.map((each) => join(folder, each))) {
    if (!(await stat(path).catch(() => null))?.isDirectory()) continue;
    for (const file of await readdir(path, { recursive: true })) {
      const name = basename(file);
      names.add(name).add(basename(name, extname(name)));
    }
  }
  return names;
}

/** Columns whose cells are paths of files that are there, or names of files in the folders beside the tables. */
export async function mediaColumns(
  folder: string,
  tables: Tables,
  other: readonly string[],
  id: string | null,
): Promise<string[]> {
  const names = await mediaNames(folder, other);
  const found: string[] = [];
  for (const [name, train] of tables.train.columns) {
    const test = tables.test.columns.get(name);
    if (test === undefined) continue;
    const named = (name === id || !train.numeric) && [train, test].every((it) => inside(it, names));
    if (named || (await holdsPaths(folder, train))) found.push(name);
  }
  return found;
}

/** Cells that differ from row to row, as names of files do, and are such names. */
function inside(sketch: Sketch, names: ReadonlySet<string>): boolean {
  const some = [...sketch.values.keys()].slice(0, CELLS);
  const differ = sketch.many || sketch.values.size >= sketch.rows / 2;
  if (!differ || some.length < CELLS) return false;
  return some.every((value) => names.has(value));
}

async function holdsPaths(folder: string, sketch: Sketch): Promise<boolean> {
  const some = [...sketch.values.keys()].slice(0, CELLS);
  if (sketch.numeric || some.length === 0) return false;
  if (!some.every((value) => /^[^\n]+\.[A-Za-z0-9]{1,5}$/u.test(value))) return false;
  for (const value of some) {
    const file = await stat(join(folder, value)).catch(() => null);
    if (file === null || !file.isFile()) return false;
  }
  return true;
}
