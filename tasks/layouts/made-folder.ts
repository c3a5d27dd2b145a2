import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { inferTask } from "../infer/infer.ts";
import { findParts } from "../infer/layout.ts";
import { renderTask } from "../render-task.ts";
import { type CaseFolder, caseFolder } from "./case-folder.ts";
import { answersBeside, mayHoldClasses } from "./class-folders.ts";
import { completeTables } from "./complete.ts";
import { linkTree } from "./tree.ts";

/**
 * A competition of a folder that has training files but no training table: a tree of hard links
 * with the tables that were made, and a `task.yaml`. Null where the folder has a training table, or none can be made.
 */
export async function madeFolder(folder: string, cacheDir: string): Promise<CaseFolder | null> {
  const { train, sampleSubmission } = await findParts(folder);
  if (train !== null || (sampleSubmission === null && !(await mayHoldClasses(folder)))) return null;
  const place = { cacheDir, shelf: "layouts", name: basename(resolve(folder)), salt: "" };
  try {
    const made = await caseFolder(folder, place, (target) => fill(folder, target));
    const answers = answersBeside(made.folder);
    if (!existsSync(answers)) return made;
    const note = `folders of test say the class, so solutions see numbered files; the answers are in ${answers}`;
    return { ...made, notes: [...made.notes, note] };
  } catch (error) {
    if (error instanceof NothingMade) return null;
    throw error;
  }
}

/** The folder is of no layout that tables are made of. */
class NothingMade extends Error {}

async function fill(folder: string, target: string): Promise<string[]> {
  await linkTree(folder, target);
  const { parts, notes, hidden, media } = await completeTables(target, null);
  const { train, test, sampleSubmission } = parts;
  if (train === null || test === null || sampleSubmission === null) throw new NothingMade();
  for (const file of hidden) await rm(join(target, file));
  const given = { target: null, metric: null };
  const inferred = await inferTask(target, given, { train, test, sampleSubmission });
  const task = media === null ? inferred.task : { ...inferred.task, media_columns: [media] };
  await writeFile(join(target, "task.yaml"), renderTask(task, inferred.notes));
  return [...notes, ...inferred.notes];
}
