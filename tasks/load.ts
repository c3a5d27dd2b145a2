import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { CompetitionInvalid } from "../runs/errors.ts";
import type { Competition, TaskFile } from "./competition.ts";
import { folderId, type Given, guessLine, inferTask } from "./infer/infer.ts";
import { findParts, withoutTables } from "./infer/layout.ts";
import type { CaseFolder } from "./layouts/case-folder.ts";
import { madeFolder } from "./layouts/made-folder.ts";
import { didYouMean, shown } from "./message-text.ts";
import { benchFolder, isBenchReference } from "./mle-bench/competition.ts";
import { plainDescription } from "./plain-description.ts";
import { type Prepared, type Preparer, prepareFolder } from "./prepare/prepare.ts";
import { entryOf, taskOfCopy } from "./prepare/task-of-copy.ts";
import { checkTables } from "./tables/check-tables.ts";
import { findDates } from "./tables/find-dates.ts";
import { isWholeSubmission } from "./tables/whole-submission.ts";
import { readTaskFile } from "./task-file.ts";

/** Where the shipped competitions stand. */
export const SHIPPED_FOLDER = fileURLToPath(new URL("./shipped", import.meta.url));

/** One line of the list of shipped competitions; `built` is false while its data are still to be made. */
export type Shipped = Pick<TaskFile, "id" | "title" | "type" | "metric"> & { built: boolean };

type LoadOptions = {
  /** Where shipped competitions stand. */
  tasksDir: string;
  /** Is told what was done to the files, and what was inferred of a folder that has no `task.yaml`. */
  report?: (line: string) => void;
  /** What a person says of a folder that has no `task.yaml`; null: nothing. */
  given?: Given;
  /** Reads files that are not plain; null: they are refused. */
  preparer?: Preparer | null;
  /** Where the data of MLE-bench lie; null: such competitions are refused. */
  benchDataDir?: string | null;
};

const NOTHING_GIVEN: Given = { target: null, type: null, metric: null };

/** What was done to the files of a competition before they were read; null where they are read as they stand. */
export type Preparation = { folder: string; originalHash: string; notes: string[] } | null;

/** As `loadWithPreparation`, for whom the competition is enough. */
export async function loadCompetition(
  reference: string,
  options: LoadOptions = { tasksDir: SHIPPED_FOLDER },
): Promise<Competition> {
  return (await loadWithPreparation(reference, options)).competition;
}

/**
 * Finds and checks a competition: the id of a shipped one, `mle-bench:<id>`, a folder with a `task.yaml`, or a folder that only
 * has the tables of one, whose task is then inferred. Nothing is written into it; where its files are not plain,
 * the competition lies in a copy of them.
 */
export async function loadWithPreparation(
  reference: string,
  options: LoadOptions,
): Promise<{ competition: Competition; preparation: Preparation }> {
  if (isBenchReference(reference)) return loadBench(reference, options);
  const { tasksDir, report, preparer = null, given = NOTHING_GIVEN } = options;
  const original = await resolveFolder(reference, tasksDir);
  const isShipped = dirname(original) === resolve(tasksDir);
  const taskPath = join(original, "task.yaml");
  const written = await writtenTask(original);
  if (written !== null) refuseGiven(taskPath, given);
  const wanted = { task: written, targets: written?.target_columns ?? given.target };
  const prepared =
    preparer === null || isShipped ? null : await prepareFolder(original, wanted, preparer);
  for (const note of prepared?.notes ?? []) report?.(`data: ${note}`);
  const folder = prepared?.folder ?? original;
  const made =
    written === null && !isShipped
      ? await madeIn(folder, preparer, givenOfCopy(given, prepared))
      : null;
  if (made !== null) return loadMade(made, prepared, options);
  try {
    const task =
      written === null
        ? await inferred(folder, givenOfCopy(given, prepared), report)
        : taskOfCopy(written, prepared ?? NOTHING_CHANGED);
    const description = await readDescription(original, task);
    const competition = { ...task, folder, description };
    await refuseUnbuilt(competition);
    await checkTables(competition);
    const preparation = preparationOf(original, prepared);
    return { competition: await withDates(competition), preparation };
  } catch (error) {
    throw inOriginal(error, folder, original);
  }
}

async function madeIn(
  folder: string,
  preparer: Preparer | null,
  given: Given,
): Promise<CaseFolder | null> {
  return preparer === null ? null : madeFolder(folder, preparer.cacheDir, given);
}

/** A competition whose tables were made, in a folder of our own with a `task.yaml`. */
async function loadMade(
  { folder, notes: made, hash }: CaseFolder,
  prepared: Prepared | null,
  { tasksDir, report }: LoadOptions,
): Promise<{ competition: Competition; preparation: Preparation }> {
  for (const note of made) report?.(`data: ${note}`);
  const competition = await loadCompetition(folder, { tasksDir });
  const notes = [...(prepared?.notes ?? []), ...made];
  return {
    competition,
    preparation: { folder, originalHash: prepared?.originalHash ?? hash, notes },
  };
}

/** A competition of MLE-bench, in a folder of our own that is made from the public part of its data. */
async function loadBench(
  reference: string,
  { tasksDir, report, preparer = null, benchDataDir = null, given = NOTHING_GIVEN }: LoadOptions,
): Promise<{ competition: Competition; preparation: Preparation }> {
  if (preparer === null || benchDataDir === null)
    throw new CompetitionInvalid(`${reference}: competitions of MLE-bench cannot be read here`);
  const { folder, notes, hash } = await benchFolder(reference, { dataDir: benchDataDir, preparer });
  for (const note of notes) report?.(`data: ${note}`);
  refuseGiven(join(folder, "task.yaml"), given);
  const competition = await loadCompetition(folder, { tasksDir });
  return { competition, preparation: { folder, originalHash: hash, notes } };
}

/** A competition that says how its dates are written, found from its tables where its task does not. */
async function withDates(competition: Competition): Promise<Competition> {
  if (competition.dates !== null) return competition;
  const { forms } = await findDates(competition.folder, competition);
  return { ...competition, dates: Object.fromEntries(forms) };
}

/** A task that is written down is not said otherwise by the way. */
function refuseGiven(taskPath: string, { target, type = null, metric }: Given): void {
  const words = { target, type, metric };
  const said = Object.entries(words).flatMap(([name, value]) => (value === null ? [] : [name]));
  if (said.length === 0) return;
  throw new CompetitionInvalid(
    `${shown(taskPath)} says ${said.join(", ")} already: edit it, or leave ${said.map((name) => `--${name}`).join(", ")} out`,
  );
}

/** What a person said, in the names of the columns of the copy; its targets where nobody said which. */
export function givenOfCopy(
  given: Given,
  prepared: Pick<Prepared, "renamed" | "targets"> | null,
): Given {
  if (prepared === null) return given;
  const { renamed, targets } = prepared;
  const target = given.target?.map((column) => entryOf(renamed, column) ?? column) ?? targets;
  return { ...given, target };
}

const NOTHING_CHANGED = { names: {}, renamed: {} };

function preparationOf(folder: string, prepared: Prepared | null): Preparation {
  if (prepared === null || prepared.originalHash === null) return null;
  const { originalHash, notes } = prepared;
  return { folder, originalHash, notes };
}

/** People know the files of their folder, not those of the copy. */
export function inOriginal(error: unknown, copy: string, original: string): unknown {
  if (!(error instanceof CompetitionInvalid) || copy === original) return error;
  return new CompetitionInvalid(error.message.replaceAll(shown(copy), shown(original)));
}

/** The task of a folder that only has tables; what is known and what is doubted is reported line by line. */
async function inferred(
  folder: string,
  given: Given,
  report: LoadOptions["report"],
): Promise<TaskFile> {
  const { task, notes, doubts } = await inferTask(await withTables(folder), given);
  for (const line of [...notes, ...doubts.map(guessLine)]) report?.(`task: ${line}`);
  return task;
}

/** The shipped competitions, by id. */
export async function shippedCompetitions(tasksDir: string = SHIPPED_FOLDER): Promise<Shipped[]> {
  const found: Shipped[] = [];
  for (const id of await shippedIds(tasksDir)) {
    const folder = join(tasksDir, id);
    const { title, type, metric, files } = await readTaskFile(join(folder, "task.yaml"));
    found.push({ id, title, type, metric, built: existsSync(join(folder, files.train)) });
  }
  return found;
}

async function shippedIds(tasksDir: string): Promise<string[]> {
  const ids: string[] = [];
  for (const entry of await readdir(tasksDir, { withFileTypes: true })) {
    if (entry.isDirectory() && existsSync(join(tasksDir, entry.name, "task.yaml"))) {
      ids.push(entry.name);
    }
  }
  return ids.sort();
}

/** What can be submitted though nothing else of a competition has been read: `competition` is its id. */
export type SampleSubmission = { competition: string; bytes: Buffer };

/**
 * The sample submission of a competition, as its file stands; null where none is found, or where it cannot be
 * submitted. `known`: the competition, where it has been read; else its `task.yaml` or the names of its files tell.
 * Throws `CompetitionInvalid` where there is no such folder.
 */
export async function sampleSubmission(
  reference: string,
  known: Competition | null,
  tasksDir: string = SHIPPED_FOLDER,
): Promise<SampleSubmission | null> {
  // Without its folder, which is made from other files, nothing is known of one of MLE-bench.
  if (known === null && isBenchReference(reference)) return null;
  const folder = known?.folder ?? (await resolveFolder(reference, tasksDir));
  const task = known ?? (await writtenTask(folder));
  const file = task?.files.sample_submission ?? (await findParts(folder)).sampleSubmission;
  if (file === null) return null;
  const path = join(folder, file);
  if (!(await isWholeSubmission(path, task?.id_column))) return null;
  return { competition: task?.id ?? folderId(folder), bytes: await readFile(path) };
}

/** What a folder's `task.yaml` says; null where it has none. */
async function writtenTask(folder: string): Promise<TaskFile | null> {
  const path = join(folder, "task.yaml");
  return existsSync(path) ? readTaskFile(path) : null;
}

/** The folder of a shipped id or a path. Throws `CompetitionInvalid` where there is none. */
async function resolveFolder(reference: string, tasksDir: string): Promise<string> {
  const ids = await shippedIds(tasksDir);
  if (ids.includes(reference)) return join(tasksDir, reference);
  const folder = resolve(reference);
  const kind = await kindOf(folder);
  if (kind === "folder") return folder;
  if (kind === "file") {
    if (basename(folder) === "task.yaml") return dirname(folder);
    throw new CompetitionInvalid(`${shown(folder)} is a file; give the folder that it lies in`);
  }
  throw new CompetitionInvalid(
    `no competition "${reference}": neither a folder nor a shipped one; ${didYouMean(reference, ids)}`,
  );
}

async function withTables(folder: string): Promise<string> {
  if ((await findParts(folder)).train !== null) return folder;
  const what = "is not a competition: it has neither a task.yaml nor a train.csv";
  throw await withoutTables(folder, what);
}

/** A recipe without its data: the message says how to make them. */
async function refuseUnbuilt(competition: Competition): Promise<void> {
  const { folder, files, id } = competition;
  const recipe = join(folder, "rebuild.py");
  if (existsSync(join(folder, files.train)) || !existsSync(recipe)) return;
  throw new CompetitionInvalid(
    `${id} is built on demand, since its data may not be shipped; run: python3 ${shown(recipe)}`,
  );
}

async function readDescription(folder: string, task: TaskFile): Promise<string> {
  const path = join(folder, task.files.description);
  if (existsSync(path)) return readFile(path, "utf8");
  if (task.files.description !== "description.md") {
    throw new CompetitionInvalid(`${shown(path)}: no such file; task.yaml names it as description`);
  }
  return plainDescription(task);
}

async function kindOf(path: string): Promise<"file" | "folder" | "none"> {
  const found = await stat(path).catch(() => null);
  if (found === null) return "none";
  return found.isDirectory() ? "folder" : "file";
}
