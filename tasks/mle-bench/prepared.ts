import { existsSync } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { CompetitionInvalid } from "../../runs/errors.ts";
import { shown } from "../message-text.ts";

/** What is there of a competition's data. */
export type DataState =
  | "prepared"
  /** `prepared/` is there without anything in `public/`. */
  | "unprepared"
  /** Its files are pointers of Git LFS, not data. */
  | "pointers"
  | "absent";

/** How a file of Git LFS begins that was not fetched. */
const POINTER = "version https://git-lfs";

/** The folder that a run reads. `prepared/private` beside it is named nowhere in this file: only grading opens it. */
export function publicFolder(dataDir: string, id: string): string {
  return join(dataDir, id, "prepared", "public");
}

/** Looks at the public part alone. */
export async function dataState(dataDir: string, id: string): Promise<DataState> {
  const folder = publicFolder(dataDir, id);
  const names = await readdir(folder).catch(() => null);
  if (names === null) return existsSync(join(dataDir, id)) ? "unprepared" : "absent";
  if (names.length === 0) return "unprepared";
  for (const name of names) if (await isPointer(join(folder, name))) return "pointers";
  return "prepared";
}

/** The public folder of a prepared competition; throws `CompetitionInvalid` that says what to do for any other. */
export async function findPrepared(dataDir: string, id: string): Promise<string> {
  const folder = publicFolder(dataDir, id);
  const state = await dataState(dataDir, id);
  if (state === "prepared") return folder;
  const prepare = `prepare it (\`mle-star bench prepare --ids ${id}\`), or name another folder with --data-dir`;
  const what = {
    absent: `there is no data of ${id} in ${shown(dataDir)}`,
    unprepared: `${shown(folder)}: this competition is not prepared`,
    pointers: `${shown(folder)}: its files are pointers of Git LFS, not data`,
  }[state];
  throw new CompetitionInvalid(`${what}; ${prepare}`);
}

/** Whether a file is a pointer of Git LFS. */
export async function isPointer(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  if (found?.isFile() !== true || found.size > 200) return false;
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(POINTER.length), 0, POINTER.length, 0);
  return buffer.toString("latin1", 0, bytesRead) === POINTER;
}
