import { sameReading } from "./same-reading.ts";

/**
 * For a submission with a column for each class: the class that each column stands for. The names may carry
 * a common prefix, as in `Status_A`, `Status_B`, and be written in another way, as `1` for 1.0 or `TRUE` for True.
 * Null when some class has no column.
 */
export function classesOfColumns(
  columns: readonly string[],
  classes: readonly string[],
): string[] | null {
  const prefix = commonPrefix(columns);
  for (const cut of [0, prefix.length, prefix.lastIndexOf("_") + 1]) {
    const names = columns.map((column) => column.slice(cut));
    const known = new Set([...names, ...names.map(sameReading)]);
    if (classes.every((label) => known.has(label) || known.has(sameReading(label)))) return names;
  }
  return null;
}

function commonPrefix(words: readonly string[]): string {
  let prefix = words[0] ?? "";
  for (const word of words) while (!word.startsWith(prefix)) prefix = prefix.slice(0, -1);
  return prefix;
}
