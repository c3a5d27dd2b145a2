import { join } from "node:path";
import { findParts, type Parts } from "../infer/layout.ts";
import { readHeader, scanCsv } from "../tables/csv.ts";
import { writeTable } from "../tables/write-csv.ts";
import { tablesOfClasses } from "./class-folders.ts";
import { type CocoImages, cocoFiles } from "./coco.ts";
import { classFiles, otherFiles } from "./media-classes.ts";
import { filesBelow } from "./tree.ts";

/** The parts of a competition, some of them made; `hidden` are files that hold answers, and go to no solution. */
export type Completed = {
  parts: Parts;
  notes: string[];
  hidden: string[];
  /** The column that names a row's file in tables that were made; null where there is none. */
  media: string | null;
};

/** Names of tables of training answers that are not called after `train`. */
const LABELS = /(^|[-_/])labels?[^/]*\.csv$/iu;

/**
 * Makes the training table or the test table that a folder lacks, in the folder itself, which must be a tree of our
 * own: from classes in paths, from annotations in COCO's form, from the ids of the sample submission. `sample` names
 * that submission where it is known.
 */
export async function completeTables(folder: string, sample: string | null): Promise<Completed> {
  const named = await findParts(folder);
  const files = await filesBelow(folder);
  const parts = { ...named, sampleSubmission: sample ?? named.sampleSubmission };
  if (parts.train === parts.sampleSubmission) parts.train = null;
  const completed: Completed = { parts, notes: [], hidden: [], media: null };
  if (parts.sampleSubmission === null) {
    const found = named.train === null ? await tablesOfClasses(folder, files) : null;
    if (found === null) return completed;
    completed.parts = await findParts(folder);
    return { ...completed, media: found.media, notes: [found.note] };
  }
  const asked = await columnsOf(join(folder, parts.sampleSubmission));
  if (parts.train === null) {
    const labels = await tableOfLabels(folder, files, parts, asked);
    if (labels !== null) {
      parts.train = labels;
      completed.notes.push(`${labels} is read as the training table`);
    } else await makeTrain(folder, files, asked, completed);
  }
  if (parts.train !== null && parts.test === null) {
    parts.test = "test.csv";
    await writeTable(
      join(folder, parts.test),
      [asked.id],
      asked.ids.map((id) => [id]),
    );
    completed.notes.push(`test.csv is made: the ids of ${parts.sampleSubmission}`);
  }
  return completed;
}

/** What a sample submission asks for. */
type Asked = { id: string; target: string; ids: string[] };

async function columnsOf(path: string): Promise<Asked> {
  const ids: string[] = [];
  const { header } = await scanCsv(path, (values) => void ids.push(values[0] ?? ""));
  return { id: header[0] ?? "id", target: header.length === 2 ? (header[1] ?? "") : "label", ids };
}

/** A table beside the others that is called after labels and has the id of the sample submission. */
async function tableOfLabels(
  folder: string,
  files: readonly string[],
  parts: Parts,
  asked: Asked,
): Promise<string | null> {
  for (const file of files) {
    const isOther = file !== parts.sampleSubmission && file !== parts.test;
    if (!isOther || file.split("/").length > 2 || !LABELS.test(file)) continue;
    const header = await readHeader(join(folder, file)).catch((): string[] => []);
    if (header.length > 1 && header.includes(asked.id)) return file;
  }
  return null;
}

async function makeTrain(
  folder: string,
  files: readonly string[],
  asked: Asked,
  completed: Completed,
): Promise<void> {
  const coco = await cocoFiles(folder, files);
  const labeled = coco.find(({ hasLabels }) => hasLabels);
  if (labeled !== undefined) {
    await fromCoco(folder, labeled, coco, asked, completed);
    return;
  }
  const classes = classFiles(files);
  if (classes === null) return;
  const tested = otherFiles(files, classes);
  const rows = asked.ids.map((id) => [id, tested.get(id) ?? ""]);
  if (rows.some(([, path]) => path === "")) return;
  const column = freeName("path", asked);
  const train = classes.map(({ path, label }) => [path, label]);
  await writeTable(join(folder, "train.csv"), [column, asked.target], train);
  await writeTable(join(folder, "test.csv"), [asked.id, column], rows);
  completed.parts.train = "train.csv";
  completed.parts.test = "test.csv";
  completed.media = column;
  completed.notes.push(
    `train.csv and test.csv are made: ${train.length} training files whose folders or names say the class`,
  );
}

async function fromCoco(
  folder: string,
  labeled: CocoImages,
  all: readonly CocoImages[],
  asked: Asked,
  completed: Completed,
): Promise<void> {
  const unlabeled = all.flatMap((each) => (each.hasLabels ? [] : each.images));
  const paths = new Map(unlabeled.map(({ id, path }) => [id, path]));
  const column = freeName("path", asked);
  const target = asked.target === "label" ? "label" : "category_id";
  const train = labeled.images.map(({ id, path, label }) => [id, path, label ?? ""]);
  await writeTable(join(folder, "train.csv"), [asked.id, column, target], train);
  const rows = asked.ids.map((id) => [id, paths.get(id) ?? ""]);
  await writeTable(join(folder, "test.csv"), [asked.id, column], rows);
  completed.parts.train = "train.csv";
  completed.parts.test = "test.csv";
  completed.media = column;
  completed.hidden.push(...all.map(({ file }) => file));
  completed.notes.push(`train.csv and test.csv are made of the annotations in ${labeled.file}`);
}

function freeName(name: string, { id, target }: Asked): string {
  return name === id || name === target ? `file_${name}` : name;
}
