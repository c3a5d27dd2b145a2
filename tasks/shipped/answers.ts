import { existsSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import type { Competition } from "../competition.ts";

/**
 * Where the hidden answers of a competition lie: beside the shipped folders, or next to a folder built elsewhere.
 * Only grading may ask; nothing that solves a competition ever does.
 */
export function answersOf(competition: Competition, tasksDir: string): string | null {
  const { folder, id } = competition;
  const shipped = join(tasksDir, "answers", `${id}.csv`);
  const beside = join(dirname(folder), `${basename(folder)}-answers.csv`);
  const path = folder.startsWith(tasksDir + sep) ? shipped : beside;
  return existsSync(path) ? path : null;
}
