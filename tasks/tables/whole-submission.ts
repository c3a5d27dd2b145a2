import { CompetitionInvalid } from "../../runs/errors.ts";
import { scanCsv } from "./csv.ts";

/**
 * Whether a table can be submitted as it stands: it can be read to its end, every cell is filled, and no id stands
 * twice. `idColumn`: null where rows have no id; undefined: the first column, where there are others beside it.
 */
export async function isWholeSubmission(
  path: string,
  idColumn: string | null | undefined,
): Promise<boolean> {
  const ids = new Set<string>();
  let isWhole = true;
  try {
    const scan = await scanCsv(path, (values, _line, header) => {
      const id = values[idAt(header, idColumn)];
      isWhole = values.every((value) => value.trim() !== "") && (id === undefined || !ids.has(id));
      if (id !== undefined) ids.add(id);
      return isWhole;
    });
    return isWhole && scan.complete && scan.rows > 0;
  } catch (error) {
    if (error instanceof CompetitionInvalid) return false;
    throw error;
  }
}

function idAt(header: readonly string[], idColumn: string | null | undefined): number {
  if (idColumn === undefined) return header.length > 1 ? 0 : -1;
  return idColumn === null ? -1 : header.indexOf(idColumn);
}
