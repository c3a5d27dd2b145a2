import { basename, join } from "node:path";
import { readHeader } from "../tables/csv.ts";
import { sketchTable, type TableSketch, type Tables } from "../tables/sketch.ts";
import type { Layout } from "./layout.ts";

/** Where the answers stand: the tables with them, and the file when it is one of its own. */
export type Labeled = { layout: Layout; tables: Tables; labels_file: string | null };

/** Names of tables that hold the answers of training rows. */
const LABEL_NAME = /(label|target|outcome|(^|[-_])y([-_]|$)|truth)/iu;

/**
 * Finds the answers in a table beside the training table (`train_labels.csv`), joined by the id that the
 * sample submission shares with both. Tables of which test has the same ids hold no training answers.
 */
export async function findLabels(folder: string, layout: Layout, tables: Tables): Promise<Labeled> {
  const swapped = await swapLabels(folder, layout, tables);
  const none = { layout: swapped.layout, tables: swapped.tables, labels_file: null };
  const { train, test, sample } = swapped.tables;
  const id = sample.header.find((column) => train.header.includes(column));
  const predicted = sample.header.filter((column) => column !== id);
  if (id === undefined || predicted.some((column) => train.header.includes(column))) return none;
  for (const { file, header } of await tablesWith(folder, swapped.layout.other, id, predicted)) {
    const answers = header.filter((column) => column !== id && !train.header.includes(column));
    const named = predicted.every((column) => header.includes(column));
    if (answers.length === 0 || (!named && !LABEL_NAME.test(basename(file)))) continue;
    const labels = await sketchTable(join(folder, file));
    if (!isOfTraining(id, labels, train, test)) continue;
    const other = swapped.layout.other.filter((each) => each !== file);
    return {
      layout: { ...swapped.layout, other },
      tables: { train: joined(train, labels), test, sample },
      labels_file: file,
    };
  }
  return none;
}

/** Tables that have the id, those with all that is to be predicted first. */
async function tablesWith(
  folder: string,
  files: readonly string[],
  id: string,
  predicted: readonly string[],
): Promise<{ file: string; header: string[] }[]> {
  const found: { file: string; header: string[] }[] = [];
  for (const file of files.filter((each) => /\.csv$/iu.test(each))) {
    const header = await readHeader(join(folder, file)).catch((): string[] => []);
    if (header.includes(id)) found.push({ file, header });
  }
  const lacks = ({ header }: { header: string[] }) =>
    predicted.filter((column) => !header.includes(column)).length;
  return found.sort((a, b) => lacks(a) - lacks(b));
}

/** A table of labels may have been taken for the training table: that one has the columns of test. */
async function swapLabels(
  folder: string,
  layout: Layout,
  tables: Tables,
): Promise<{ layout: Layout; tables: Tables }> {
  const features = tables.test.header.slice(1);
  const has = (header: readonly string[]) =>
    features.filter((column) => header.includes(column)).length;
  if (!LABEL_NAME.test(basename(layout.train)) || has(tables.train.header) > 0) {
    return { layout, tables };
  }
  for (const file of layout.other) {
    if (!/train[^/]*\.csv$/iu.test(file)) continue;
    const header = await readHeader(join(folder, file)).catch((): string[] => []);
    if (features.length === 0 || has(header) < features.length / 2) continue;
    const other = [...layout.other.filter((each) => each !== file), layout.train];
    return {
      layout: { ...layout, train: file, other },
      tables: { ...tables, train: await sketchTable(join(folder, file)) },
    };
  }
  return { layout, tables };
}

/** Ids that name each record once, are ids of train, and are not those of test. */
function isOfTraining(
  id: string,
  labels: TableSketch,
  train: TableSketch,
  test: TableSketch,
): boolean {
  const [own, trained, tested] = [labels, train, test].map((table) => table.columns.get(id));
  if (own === undefined || trained === undefined) return false;
  if (!own.many && own.values.size !== own.rows) return false;
  const some = [...own.values.keys()].slice(0, 200);
  const found = some.filter((value) => trained.many || trained.values.has(value)).length;
  const leaked = some.filter((value) => tested?.values.has(value) === true).length;
  return found >= 0.95 * some.length && leaked <= 0.05 * some.length;
}

/** The training table in outline as if it had the answers too. */
function joined(train: TableSketch, labels: TableSketch): TableSketch {
  const more = labels.header.filter((column) => !train.header.includes(column));
  const columns = new Map(train.columns);
  for (const column of more) {
    const sketch = labels.columns.get(column);
    if (sketch !== undefined) columns.set(column, sketch);
  }
  return { header: [...train.header, ...more], rows: labels.rows, columns };
}
