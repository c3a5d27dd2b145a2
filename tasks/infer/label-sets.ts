import type { Sketch } from "../tables/sketch.ts";

/** Fewer cells with several labels are labels of several words. */
const SHARE = 0.1;
const MIN_LABELS = 3;

/**
 * What stands between the labels where cells of a target hold several of them, in any number (`clear road`, `clear`,
 * `haze road water`); null where each cell is one label. Labels of several words hardly stand alone, and in others, too.
 */
export function setSeparator({ values, many, numeric }: Sketch): string | null {
  if (many || numeric) return null;
  const cells = [...values].filter(([cell]) => cell.trim() !== "");
  const rows = cells.reduce((sum, [, count]) => sum + count, 0);
  for (const separator of [", ", ",", ";", "|", " "]) {
    const parts = cells.map(([cell, count]) => ({ labels: cell.split(separator), count }));
    const several = parts.filter(({ labels }) => labels.length > 1);
    const joined = several.reduce((sum, { count }) => sum + count, 0);
    if (
      joined < SHARE * rows ||
      !areSets(
        parts.map(({ labels }) => labels),
        separator,
      )
    )
      continue;
    return separator;
  }
  return null;
}

function areSets(cells: readonly (readonly string[])[], separator: string): boolean {
  const found = new Map<string, number>();
  for (const labels of cells) {
    if (labels.includes("") || new Set(labels).size < labels.length) return false;
    for (const label of labels) found.set(label, (found.get(label) ?? 0) + 1);
  }
  const sizes = new Set(cells.map((labels) => labels.length));
  const isCombined = [...found.values()].filter((count) => count > 1).length >= found.size - 1;
  const alone = cells.filter(
    ([first = "", ...rest]) => rest.length === 0 && found.get(first) !== 1,
  );
  // Blanks stand in single labels, too.
  if (separator === " " && alone.length < MIN_LABELS) return false;
  return found.size >= MIN_LABELS && sizes.size > 1 && isCombined && cells.length > found.size;
}
