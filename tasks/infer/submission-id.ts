import type { TaskFile } from "../competition.ts";
import { scanCsv } from "../tables/csv.ts";
import type { Tables } from "../tables/sketch.ts";

/** How ids of a submission are made of the tables, and which columns are predicted when they say so. */
export type SubmissionId = {
  form: NonNullable<TaskFile["submission_id"]>;
  id_column: string;
  targets: string[] | null;
};

const SEPARATORS = ["_", "-", ":", "|", "/", " ", ""];
const PROBED_ROWS = 50;
const MAX_COLUMNS = 30;

/**
 * For a sample submission whose ids stand in no table: each is an id of test with the name of a target
 * (`17_height`: long format), or made of several columns of test (`12_3` of sentence and token).
 */
export async function findSubmissionId(
  testPath: string,
  tables: Tables,
): Promise<SubmissionId | null> {
  const { train, test, sample } = tables;
  const id_column = sample.header[0];
  if (id_column === undefined || sample.header.length < 2) return null;
  if (test.header.includes(id_column) || train.header.includes(id_column)) return null;
  const sketch = sample.columns.get(id_column);
  if (sketch === undefined || sketch.many) return null;
  const rows = await firstRows(testPath);
  const shared = test.header.filter((column) => train.header.includes(column));
  const probe: Probe = {
    columns: shared.slice(0, MAX_COLUMNS),
    cells: (column) => rows.map((row) => row[test.header.indexOf(column)] ?? ""),
    isId: (name) => sketch.values.has(name),
  };
  // In the long format a row has the one answer of an id and a target.
  const isLong = sample.header.length === 2;
  const targets = isLong ? train.header.filter((column) => !test.header.includes(column)) : [];
  for (const separator of SEPARATORS) {
    const long = byTarget(probe, separator, targets);
    if (long !== null && sample.rows === test.rows * long.targets.length) {
      return { id_column, ...long };
    }
    const composed = sample.rows === test.rows ? byColumns(probe, separator) : null;
    if (composed !== null) return { form: composed, id_column, targets: null };
  }
  return null;
}

/** The first rows of test, by column, and the ids that are looked for. */
type Probe = {
  columns: readonly string[];
  cells(column: string): string[];
  isId(name: string): boolean;
};

function byTarget(
  { columns, cells, isId }: Probe,
  separator: string,
  targets: readonly string[],
): { form: SubmissionId["form"]; targets: string[] } | null {
  for (const column of columns) {
    const found = cells(column);
    const named = targets.filter((target) => isId(`${found[0]}${separator}${target}`));
    const all = found.flatMap((cell) => named.map((target) => `${cell}${separator}${target}`));
    if (named.length < 2 || !all.every(isId)) continue;
    return { form: { columns: [column], separator, target: true }, targets: named };
  }
  return null;
}

function byColumns(
  { columns, cells, isId }: Probe,
  separator: string,
): SubmissionId["form"] | null {
  for (const [one, other] of pairs(columns)) {
    const [left, right] = [cells(one), cells(other)];
    if (!left.every((cell, row) => isId(`${cell}${separator}${right[row]}`))) continue;
    return { columns: [one, other], separator, target: false };
  }
  return null;
}

function pairs(columns: readonly string[]): [string, string][] {
  return columns.flatMap((one) =>
    columns.filter((other) => other !== one).map((other): [string, string] => [one, other]),
  );
}

async function firstRows(path: string): Promise<string[][]> {
  const rows: string[][] = [];
  await scanCsv(path, (values) => rows.push([...values]) < PROBED_ROWS);
  return rows;
}
