import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { parse } from "csv-parse/sync";
import { type Competition, TaskFile } from "../../tasks/competition.ts";

export type Row = Record<string, string>;

/** A folder of its own for one test. */
export function scratch(): string {
  return mkdtempSync(join(tmpdir(), "mle-star-referee-"));
}

/** A table as CSV text, quoted where it must be. */
export function toCsv(rows: readonly Row[], columns = Object.keys(rows[0] ?? {})): string {
  const cell = (text: string) =>
    /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const line = (cells: string[]) => `${cells.map(cell).join(",")}\n`;
  return line(columns) + rows.map((row) => line(columns.map((name) => row[name] ?? ""))).join("");
}

/** Rows of a CSV file, every value as it stands. */
export function readCsv(path: string): Row[] {
  return parse(readFileSync(path), { columns: true, relax_quotes: true }) as Row[];
}

/** Every file below a folder with its bytes. */
export function readTree(folder: string): Map<string, Buffer> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return new Map(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [relative(folder, path), readFileSync(path)]),
  );
}

/** A generator of numbers in 0..1 that is the same every time. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Writes a competition folder from tables and describes it. */
export function makeCompetition(
  task: Record<string, unknown>,
  files: Record<string, string | Buffer>,
): Competition {
  const folder = scratch();
  for (const [name, content] of Object.entries({ "description.md": "Made.\n", ...files })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  const checked = TaskFile.parse({ id: "made", title: "Made", ...task });
  return { ...checked, folder, description: "Made." };
}

/** A binary task with a numeric feature `x` that tells the answer and a marker `mark` unique to each row. */
export function binary(count: number, extra: (i: number) => Row = () => ({})): Row[] {
  const next = seeded(7);
  return Array.from({ length: count }, (_, i) => {
    const x = next();
    return {
      id: `r${i}`,
      x: x.toFixed(4),
      mark: `mark-${i}-`,
      ...extra(i),
      y: next() < x ? "1" : "0",
    };
  });
}

/** A whole competition from labeled rows: the last `testRows` become the test. */
export function fromRows(
  rows: readonly Row[],
  task: Record<string, unknown> & { target_columns: string[] },
  options: { testRows?: number; files?: Record<string, string | Buffer>; fill?: string } = {},
): Competition {
  const { testRows = 20, files = {}, fill = "0.5" } = options;
  const train = rows.slice(0, rows.length - testRows);
  const test = rows.slice(rows.length - testRows);
  const columns = Object.keys(rows[0] ?? {}).filter((name) => !task.target_columns.includes(name));
  const predictions = (task.prediction_columns as string[] | undefined) ?? task.target_columns;
  const idColumn = task.id_column === undefined ? "id" : (task.id_column as string | null);
  const sample = test.map((row) => ({
    ...(idColumn === null ? {} : { [idColumn]: row[idColumn] ?? "" }),
    ...Object.fromEntries(predictions.map((name) => [name, fill])),
  }));
  return makeCompetition(
    { id_column: idColumn, prediction_columns: predictions, ...task },
    {
      "train.csv": toCsv(train),
      "test.csv": toCsv(test, columns),
      "sample_submission.csv": toCsv(sample),
      ...files,
    },
  );
}

/** The usual binary task scored by ROC AUC. */
export const AUC = {
  type: "binary",
  metric: { name: "roc_auc", direction: "maximize" },
  target_columns: ["y"],
};
