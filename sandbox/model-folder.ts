import { copyFile, lstat, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { errorCode } from "../runs/errors.ts";
import type { Sandbox } from "./contract.ts";
import { withRun } from "./with-run.ts";
import { openUntrusted } from "./workspace.ts";

/** Where a script may keep what it fitted, in its working directory. */
const MODEL = "model";
const MAX_FILES = 10_000;
const MAX_BYTES = 4 * 1024 ** 3;

/** Folders by the places of jobs, `track-1/init-2/final`; null: none. */
export type ModelFolders = {
  /** What is laid into `./model/` before a script runs. */
  given: ((at: string) => string) | null;
  /** Where what it left in `./model/` is kept. */
  kept: ((at: string) => string) | null;
};

/** A sandbox whose scripts find `./model/` filled, or are asked for what they left in it. */
export function withModels(sandbox: Sandbox, { given, kept }: ModelFolders): Sandbox {
  return withRun(sandbox, async (job, signal) => {
    const inside = join(job.workspace, MODEL);
    if (given !== null) await putModel(given(job.at), inside);
    const execution = await sandbox.run(job, signal);
    if (kept !== null) await takeModel(inside, kept(job.at));
    return execution;
  });
}

async function putModel(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const name of await filesIn(from)) {
    await mkdir(join(to, name, ".."), { recursive: true });
    await copyFile(join(from, name), join(to, name));
  }
}

/** Copies ordinary files only: what a hostile script left in their place is passed over. */
async function takeModel(from: string, to: string): Promise<void> {
  const isFolder = await lstat(from).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (!isFolder) return;
  let room = MAX_BYTES;
  for (const name of await filesIn(from)) {
    const opened = await openUntrusted(join(from, name));
    if (typeof opened === "string") continue;
    try {
      room -= (await opened.stat()).size;
      if (room < 0) return;
      await mkdir(join(to, name, ".."), { recursive: true });
      await writeFile(join(to, name), opened.createReadStream({ autoClose: false }));
    } finally {
      await opened.close();
    }
  }
}

/** The ordinary files of a folder, sorted, relative to it; folders that are links are not followed. */
export async function filesIn(folder: string, inside = ""): Promise<string[]> {
  const found: string[] = [];
  const entries = await readdir(join(folder, inside), { withFileTypes: true }).catch(
    (error: unknown) => {
      if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return [];
      throw error;
    },
  );
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(inside, entry.name);
    if (entry.isDirectory()) found.push(...(await filesIn(folder, path)));
    else if (entry.isFile()) found.push(path);
    if (found.length >= MAX_FILES) return found.slice(0, MAX_FILES);
  }
  return found;
}
