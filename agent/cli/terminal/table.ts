import { stripVTControlCharacters } from "node:util";

/** Which columns are aligned on the right, as numbers are; by their index. */
type RightAligned = (column: number) => boolean;

const BETWEEN = "  ";

/**
 * Rows of cells as lines of a table: each column as wide as its widest cell, colors not counted. A row may be
 * shorter than the others; a cell that stands alone in its row is a heading and widens nothing.
 */
export function table(
  rows: readonly (readonly string[])[],
  isRight: RightAligned = () => false,
): string[] {
  const full = rows.filter((row) => row.length > 1);
  const widths = Array.from(
    { length: Math.max(0, ...full.map((row) => row.length)) },
    (_, column) => Math.max(...full.map((row) => lengthOf(row[column] ?? ""))),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const gap = " ".repeat(Math.max(0, (widths[column] ?? 0) - lengthOf(cell)));
        return isRight(column) ? `${gap}${cell}` : `${cell}${gap}`;
      })
      .join(BETWEEN)
      .trimEnd(),
  );
}

function lengthOf(cell: string): number {
  return stripVTControlCharacters(cell).length;
}
