import { access } from "node:fs/promises";
import { basename, dirname, join, sep } from "node:path";
import type { Competition } from "../competition.ts";

/**
 * Where the hidden answers of a competition lie: beside the shipped folders, or next to a folder built elsewhere.
 * Only grading may ask; nothing that solves a competition ever does.
 */
export async function answersOf(
  competition: Competition,
  tasksDir: string,
): Promise<string | null> {
  const { folder, id } = competition;
  const shipped = join(tasksDir, "answers", `${id}.csv`);
  const beside = join(dirname(folder), `${basename(folder)}-answers.csv`);
  const candidates = folder.startsWith(tasksDir + sep) ? [shipped] : [beside];
  for (const path of candidates) if (await exists(path)) return path;
  return null;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
