import { access, readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { CompetitionInvalid } from "../runs/errors.ts";
import type { Competition, TaskFile } from "./competition.ts";
import { guessLine, inferTask } from "./infer/infer.ts";
import { hasTables, withoutTables } from "./infer/layout.ts";
import { didYouMean, shown } from "./message-text.ts";
import { plainDescription } from "./plain-description.ts";
import { checkTables } from "./tables/check-tables.ts";

import { readTaskFile } from "./task-file.ts";

/** Where the shipped competitions stand. */
export const SHIPPED_FOLDER = fileURLToPath(new URL("./shipped", import.meta.url));

/** One line of the list of shipped competitions; `built` is false while its data are still to be made. */
export type Shipped = Pick<TaskFile, "id" | "title" | "type" | "metric"> & { built: boolean };

/** Where shipped competitions stand, and who is told what was inferred of a folder that has no `task.yaml`. */
type LoadOptions = { tasksDir: string; report?: (line: string) => void };

/**
 * Finds and checks a competition: the id of a shipped one, a folder with a `task.yaml`, or a folder that only
 * has the tables of one, whose task is then inferred. Nothing is written.
 */
export async function loadCompetition(
  reference: string,
  options: LoadOptions = { tasksDir: SHIPPED_FOLDER },
): Promise<Competition> {
  const folder = await resolveFolder(reference, options.tasksDir);
  const taskPath = join(folder, "task.yaml");
  const task = (await exists(taskPath))
    ? await readTaskFile(taskPath)
    : await inferred(folder, options.report);
  const competition = {
    ...task,
    folder,
    description: await readDescription(folder, task),
  };
  await refuseUnbuilt(competition);
  await checkTables(competition);
  return competition;
}

/** The task of a folder that only has tables; what is known and what is doubted is reported line by line. */
async function inferred(folder: string, report: LoadOptions["report"]): Promise<TaskFile> {
  const { task, notes, doubts } = await inferTask(await withTables(folder));
  for (const line of [...notes, ...doubts.map(guessLine)]) report?.(`task: ${line}`);
  return task;
}

/** The shipped competitions, by id. */
export async function shippedCompetitions(tasksDir: string = SHIPPED_FOLDER): Promise<Shipped[]> {
  const found: Shipped[] = [];
  for (const id of await shippedIds(tasksDir)) {
    const folder = join(tasksDir, id);
    const { title, type, metric, files } = await readTaskFile(join(folder, "task.yaml"));
    found.push({ id, title, type, metric, built: await exists(join(folder, files.train)) });
  }
  return found;
}

async function shippedIds(tasksDir: string): Promise<string[]> {
  const ids: string[] = [];
  for (const entry of await readdir(tasksDir, { withFileTypes: true })) {
    if (entry.isDirectory() && (await exists(join(tasksDir, entry.name, "task.yaml")))) {
      ids.push(entry.name);
    }
  }
  return ids.sort();
}

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
  if (await hasTables(folder)) return folder;
  const what = "is not a competition: it has neither a task.yaml nor a train.csv";
  throw await withoutTables(folder, what);
}

/** A recipe without its data: the message says how to make them. */
async function refuseUnbuilt(competition: Competition): Promise<void> {
  const { folder, files, id } = competition;
  const recipe = join(folder, "rebuild.py");
  if ((await exists(join(folder, files.train))) || !(await exists(recipe))) return;
  throw new CompetitionInvalid(
    `${id} is built on demand, since its data may not be shipped; run: python3 ${shown(recipe)}`,
  );
}

async function readDescription(folder: string, task: TaskFile): Promise<string> {
  const path = join(folder, task.files.description);
  if (await exists(path)) return readFile(path, "utf8");
  if (task.files.description !== "description.md") {
    throw new CompetitionInvalid(`${shown(path)}: no such file; task.yaml names it as description`);
  }
  return plainDescription(task);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function kindOf(path: string): Promise<"file" | "folder" | "none"> {
  const found = await stat(path).catch(() => null);
  if (found === null) return "none";
  return found.isDirectory() ? "folder" : "file";
}
