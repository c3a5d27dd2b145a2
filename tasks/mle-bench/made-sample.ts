import { basename, extname, join } from "node:path";
import { CompetitionInvalid } from "../../runs/errors.ts";
import { filesBelow } from "../layouts/tree.ts";
import { shown } from "../message-text.ts";
import { scanCsv } from "../tables/csv.ts";
import { writeTable } from "../tables/write-csv.ts";

/** A sample submission that lies among the private files, as it can be made from the rows of test. */
type Form = {
  header: [string, string];
  /** Columns of the test table that make an id; empty: the names of the files in `test/` do. */
  columns: string[];
  /** Column of the test table that stands as prediction, or one value for all rows. */
  fill: { column: string } | { value: string };
};

const FORMS: Readonly<Record<string, Form>> = {
  "billion-word-imputation": {
    header: ["id", "sentence"],
    columns: ["id"],
    fill: { column: "sentence" },
  },
  "statoil-iceberg-classifier-challenge": {
    header: ["id", "is_iceberg"],
    columns: ["id"],
    fill: { value: "0.5" },
  },
  "text-normalization-challenge-english-language": normalized(),
  "text-normalization-challenge-russian-language": normalized(),
  "invasive-species-monitoring": {
    header: ["name", "invasive"],
    columns: [],
    fill: { value: "0.5" },
  },
};

function normalized(): Form {
  return {
    header: ["id", "after"],
    columns: ["sentence_id", "token_id"],
    fill: { column: "before" },
  };
}

/** The name that the sample gets. */
const NAME = "sample_submission.csv";

/** Makes the sample submission of a competition whose own is private; returns its name in the folder. */
export async function makePrivateSample(id: string, folder: string): Promise<string> {
  const form = FORMS[id];
  if (form === undefined) throw new CompetitionInvalid(`${id}: its sample submission is private`);
  const files = await filesBelow(folder);
  const rows =
    form.columns.length === 0 ? ofFiles(files, form) : await ofTable(folder, files, form);
  if (rows === null || rows.length === 0) {
    const what =
      form.columns.length === 0 ? "files in test/" : `table of test with ${form.columns}`;
    throw new CompetitionInvalid(`${shown(folder)}: no ${what}, so no sample submission is made`);
  }
  await writeTable(join(folder, NAME), form.header, rows);
  return NAME;
}

function ofFiles(files: readonly string[], { fill }: Form): string[][] {
  const value = "value" in fill ? fill.value : "";
  const names = files.filter((file) => /^test\//iu.test(file)).map((file) => basename(file));
  return names
    .map((name) => basename(name, extname(name)))
    .sort((a, b) => Number(a) - Number(b))
    .map((name) => [name, value]);
}

async function ofTable(
  folder: string,
  files: readonly string[],
  { columns, fill }: Form,
): Promise<string[][] | null> {
  const tables = files.filter((file) => /^[^/]*test[^/]*\.(csv|txt)$/iu.test(file));
  for (const file of tables) {
    const rows: string[][] = [];
    const isRead = await scanCsv(join(folder, file), (values, _line, header) => {
      const cell = (name: string) => values[header.indexOf(name)] ?? "";
      if (!columns.every((name) => header.includes(name))) return false;
      const value = "value" in fill ? fill.value : cell(fill.column);
      rows.push([columns.map(cell).join("_"), value]);
      return true;
    }).catch((error: unknown) => {
      // A text that is no table.
      if (error instanceof CompetitionInvalid) return null;
      throw error;
    });
    if (isRead !== null && rows.length > 0) return rows;
  }
  return null;
}
