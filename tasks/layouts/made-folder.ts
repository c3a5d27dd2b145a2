import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { sha256 } from "../../runs/sha256.ts";
import { type Given, inferTask } from "../infer/infer.ts";
import { findParts, type Parts } from "../infer/layout.ts";
import { renderTask } from "../render-task.ts";
import { type CaseFolder, caseFolder } from "./case-folder.ts";
import { answersBeside, mayHoldClasses } from "./class-folders.ts";
import { completeTables } from "./complete.ts";
import { namesTestRows } from "./test-of-sample.ts";
import { linkTree } from "./tree.ts";

const NOTHING_GIVEN: Given = { target: null, metric: null, type: null };

/**
 * A competition of a folder that has training files but no training table, or no test table: a tree of hard links
 * with the tables that were made, and a `task.yaml`, in which `given` stands. Null where the folder has its tables, or
 * none can be made.
 */
export async function madeFolder(
  folder: string,
  cacheDir: string,
  given: Given = NOTHING_GIVEN,
): Promise<CaseFolder | null> {
  if (!(await lacksTables(folder, await findParts(folder)))) return null;
  const isGiven = Object.values(given).some((each) => each !== null);
  const salt = isGiven ? sha256(JSON.stringify(given)) : "";
  const place = { cacheDir, shelf: "layouts", name: basename(resolve(folder)), salt };
  try {
    const made = await caseFolder(folder, place, (target) => fill(folder, target, given));
    const answers = answersBeside(made.folder);
    if (!existsSync(answers)) return made;
    const note = `folders of test say the class, so solutions see numbered files; the answers are in ${answers}`;
    return { ...made, notes: [...made.notes, note] };
  } catch (error) {
    if (error instanceof NothingMade) return null;
    throw error;
  }
}

/** Whether tables may be made of what else lies in the folder. */
async function lacksTables(
  folder: string,
  { train, test, sampleSubmission }: Parts,
): Promise<boolean> {
  if (train === null) return sampleSubmission !== null || (await mayHoldClasses(folder));
  if (test !== null || sampleSubmission === null) return false;
  return namesTestRows(folder, train, sampleSubmission);
}

/** The folder is of no layout that tables are made of. */
class NothingMade extends Error {}

async function fill(folder: string, target: string, given: Given): Promise<string[]> {
  await linkTree(folder, target);
  const { parts, notes, hidden, media } = await completeTables(target, null);
  const { train, test, sampleSubmission } = parts;
  if (train === null || test === null || sampleSubmission === null) throw new NothingMade();
  for (const file of hidden) await rm(join(target, file));
  const inferred = await inferTask(target, given, { train, test, sampleSubmission });
  const task = media === null ? inferred.task : { ...inferred.task, media_columns: [media] };
  await writeFile(join(target, "task.yaml"), renderTask(task, inferred.notes));
  return [...notes, ...inferred.notes];
}
