import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CompetitionInvalid } from "../../runs/errors.ts";
import { TaskFile, type TaskType } from "../competition.ts";
import { inferTask } from "../infer/infer.ts";
import { type CaseFolder, caseFolder } from "../layouts/case-folder.ts";
import { completeTables } from "../layouts/complete.ts";
import { linkTree } from "../layouts/tree.ts";
import { shown } from "../message-text.ts";
import { CLASS_METRICS } from "../metric-kinds.ts";
import { type Preparer, prepareFolder } from "../prepare/prepare.ts";
import { renderTask } from "../render-task.ts";
import { readHeader, scanCsv } from "../tables/csv.ts";
import { makePrivateSample } from "./made-sample.ts";
import { findPrepared } from "./prepared.ts";
import { type BenchEntry, benchEntry } from "./table.ts";

const METRICS = fileURLToPath(new URL("./metrics", import.meta.url));

/** How a reference to a competition of MLE-bench begins. */
const PREFIX = "mle-bench:";
/** How one ends that asks for the description without names. */
const OBFUSCATED = ":obfuscated";
const OBFUSCATED_FILE = "description_obfuscated.md";

/** Where the data of MLE-bench lie, and what folders are made with. */
export type BenchOptions = { dataDir: string; preparer: Preparer };

export function isBenchReference(reference: string): boolean {
  return reference.startsWith(PREFIX);
}

/** The id of a competition in a reference to MLE-bench, with or without its names; null for other references. */
export function benchId(reference: string): string | null {
  if (!isBenchReference(reference)) return null;
  const isObfuscated = reference.endsWith(OBFUSCATED);
  return reference.slice(PREFIX.length, isObfuscated ? -OBFUSCATED.length : undefined);
}

/**
 * The folder of a competition `mle-bench:<id>`, made of the public part of its prepared data: the files themselves by
 * hard links, tables that it lacks, and a `task.yaml` with the official metric. Throws `CompetitionInvalid`.
 */
export async function benchFolder(
  reference: string,
  { dataDir, preparer }: BenchOptions,
): Promise<CaseFolder> {
  const isObfuscated = reference.endsWith(OBFUSCATED);
  const id = benchId(reference) ?? reference;
  const entry = await benchEntry(id);
  const source = await findPrepared(dataDir, id);
  const obfuscated = isObfuscated ? await obfuscatedDescription(join(dataDir, id), source) : null;
  const salt = JSON.stringify([entry, obfuscated]);
  const place = { cacheDir: preparer.cacheDir, shelf: "mle-bench", name: id, salt };
  return caseFolder(source, place, async (folder) => {
    const notes = await fill(folder, source, entry, preparer);
    if (obfuscated !== null) await replaceDescription(folder, obfuscated);
    return notes;
  });
}

/** The text of the description that names nothing. */
async function obfuscatedDescription(home: string, source: string): Promise<string> {
  for (const folder of [source, home]) {
    const text = await readFile(join(folder, OBFUSCATED_FILE), "utf8").catch(() => null);
    if (text !== null) return text;
  }
  throw new CompetitionInvalid(
    `${shown(home)}: no ${OBFUSCATED_FILE}; copy it there from the competition's folder of the mlebench package`,
  );
}

async function replaceDescription(folder: string, text: string): Promise<void> {
  await rm(join(folder, "description.md"), { force: true });
  await writeFile(join(folder, "description.md"), text);
}

async function fill(
  folder: string,
  source: string,
  entry: BenchEntry,
  preparer: Preparer,
): Promise<string[]> {
  const skip = (path: string) => path === OBFUSCATED_FILE || path === "task.yaml";
  if (entry.unsplit !== null) return fillWhole(folder, source, entry, skip);
  const targets = entry.target === null ? null : [entry.target];
  const prepared = await prepareFolder(source, { task: null, targets }, preparer);
  await linkTree(prepared.folder, folder, skip);
  const sample = await sampleOf(folder, entry, prepared.names);
  const { parts, notes, hidden, media } = await completeTables(folder, sample);
  for (const file of hidden) await rm(join(folder, file));
  const { train, test, sampleSubmission } = parts;
  if (train === null || test === null || sampleSubmission === null) {
    throw new CompetitionInvalid(
      `${shown(source)}: no training table is found or can be made; is this the public folder of ${entry.id}?`,
    );
  }
  const given = { target: targets, metric: null };
  const inferred = await inferTask(folder, given, { train, test, sampleSubmission });
  const own = media === null ? inferred.task : { ...inferred.task, media_columns: [media] };
  const task = await withMetric(folder, own, entry);
  const separated =
    entry.layout === SETS ? { ...task, label_separator: await separatorOf(folder, task) } : task;
  const all = [...prepared.notes, ...notes];
  await writeFile(join(folder, "task.yaml"), renderTask(separated, [...all, ...inferred.notes]));
  return all;
}

/** The layout whose answers hold several labels. */
const SETS = "several labels in a cell";

/** What stands between the labels of a cell: commas where there are any, else blanks. */
async function separatorOf(folder: string, task: TaskFile): Promise<string> {
  let hasCommas = false;
  await scanCsv(join(folder, task.files.train), (values, _line, header) => {
    const cell = values[header.indexOf(task.target_columns[0] ?? "")] ?? "";
    hasCommas ||= cell.includes(",");
  });
  return hasCommas ? "," : " ";
}

/** The sample submission by its real name, or one made from the test rows where that one is private. */
async function sampleOf(
  folder: string,
  { id, sampleSubmission }: BenchEntry,
  names: Readonly<Record<string, string>>,
): Promise<string> {
  const [place, ...rest] = sampleSubmission.split("/");
  if (place === "private") return makePrivateSample(id, folder);
  const name = rest.join("/");
  return names[name] ?? name;
}

/** The official metric and direction; the type stays where the metric is one of numbers or classes. */
async function withMetric(folder: string, task: TaskFile, entry: BenchEntry): Promise<TaskFile> {
  const { id, metric, metricFile } = entry;
  const named = { ...task, id: id.toLowerCase(), aliases: [...task.aliases, id] };
  const isDev = entry.split === "dev";
  if (isDev) return { ...named, metric: { ...task.metric, direction: entry.metric.direction } };
  const isOfClasses = CLASS_METRICS.includes(metric.name) && task.type === "regression";
  if (metricFile === null)
    return { ...named, metric, type: isOfClasses ? "multiclass" : task.type };
  await copyFile(join(METRICS, metricFile), join(folder, "metric.py"));
  return { ...named, metric, metric_file: "metric.py", type: typeFor(task.type) };
}

/** Labels that stand in one cell are no classes of which a prediction must be one. */
function typeFor(type: TaskType): TaskType {
  return type === "multiclass" || type === "binary" ? "other" : type;
}

/** A competition whose rows cannot be held back: all its files in one folder, for scripts that score themselves. */
async function fillWhole(
  folder: string,
  source: string,
  entry: BenchEntry,
  skip: (path: string) => boolean,
): Promise<string[]> {
  await mkdir(join(folder, "data"));
  await linkTree(source, join(folder, "data"), skip);
  const sample = "sample_submission.csv";
  const [place, ...rest] = entry.sampleSubmission.split("/");
  if (place === "private") {
    const made = await makePrivateSample(entry.id, join(folder, "data"));
    await copyFile(join(folder, "data", made), join(folder, sample));
  } else await copySample(join(source, rest.join("/")), join(folder, sample));
  await copyDescription(source, folder);
  await copyFile(join(METRICS, "own_grader.py"), join(folder, "metric.py"));
  const [id = "id", ...predictions] = await readHeader(join(folder, sample));
  const direction = entry.isLowerBetter ? "minimize" : "maximize";
  const task = TaskFile.parse({
    id: entry.id.toLowerCase(),
    title: entry.id,
    aliases: [entry.id],
    type: "other",
    metric: { name: "custom", direction },
    id_column: id,
    target_columns: predictions,
    prediction_columns: predictions,
    dates: {},
    files: { train: "data", test: "data", sample_submission: sample, other: ["data"] },
    metric_file: "metric.py",
  });
  const note = `no row is held back: ${entry.unsplit}`;
  await writeFile(join(folder, "task.yaml"), renderTask(task, [note]));
  return [note];
}

async function copySample(from: string, to: string): Promise<void> {
  await copyFile(from, to).catch(() => {
    throw new CompetitionInvalid(`${shown(from)}: no such file; prepare the competition anew`);
  });
}

async function copyDescription(source: string, folder: string): Promise<void> {
  const text = await readFile(join(source, "description.md"), "utf8").catch(() => null);
  if (text !== null) await writeFile(join(folder, "description.md"), text);
}
