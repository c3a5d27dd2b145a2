import { sameReading } from "./same-reading.ts";

/**
 * For a submission with a column for each class: the class that each column stands for. The names may carry
 * a common prefix, as in `Status_A`, `Status_B`, and be written in another way, as `1` for 1.0, `TRUE` for True or
 * `Class 1` for class_1. The referee's `class_of_columns` reads them so.
 * Null when some class has no column.
 */
export function classesOfColumns(
  columns: readonly string[],
  classes: readonly string[],
): string[] | null {
  const prefix = commonPrefix(columns);
  const cuts = [0, prefix.length, prefix.lastIndexOf("_") + 1];
  const named = cuts.map((cut) => columns.map((column) => column.slice(cut)));
  const read = named.find((names) => {
    const known = new Set([...names, ...names.map(sameReading)]);
    return classes.every((label) => known.has(label) || known.has(sameReading(label)));
  });
  if (read !== undefined) return read;
  return named.map((names) => spelledAlike(names, classes)).find((each) => each !== null) ?? null;
}

/** The classes of names that differ from them in case and separators only, as `Class 1` from `class_1`. */
function spelledAlike(names: readonly string[], classes: readonly string[]): string[] | null {
  const labels = new Map(classes.map((label) => [spelling(label), label]));
  const spelled = new Set(names.map(spelling));
  const isPlain = labels.size === classes.length && spelled.size === names.length;
  if (!isPlain || [...labels.keys()].some((each) => !spelled.has(each))) return null;
  return names.map((name) => labels.get(spelling(name)) ?? name);
}

function spelling(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[\s._-]+/gu, " ")
    .trim();
}

function commonPrefix(words: readonly string[]): string {
  let prefix = words[0] ?? "";
  for (const word of words) while (!word.startsWith(prefix)) prefix = prefix.slice(0, -1);
  return prefix;
}
