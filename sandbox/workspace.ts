import { constants, type Dirent } from "node:fs";
import {
  chmod,
  copyFile,
  type FileHandle,
  link,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { diskError } from "../runs/errors.ts";

/** What came of fetching a file that a script left: its path, or why there is none. */
export type Taken = { path: string; reason: null } | { path: null; reason: string };

export const SUBMISSION_NAME = "submission.csv";

const MAX_SUBMISSION_BYTES = 2 * 1024 ** 3;
const BLOCK_BYTES = 1024 * 1024;

/** Makes a workspace from nothing, so that an execution repeated after a crash finds no traces. */
export async function prepareWorkspace(dir: string, code: string): Promise<void> {
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, "solution.py"), code);
}

/** More than this is not copied for every execution: what comes after it are links, of files that nobody can write. */
const COPIED_BYTES = 1024 ** 3;

/**
 * Gives an execution an input of its own: files as young as each other in every view, with one name each, that no other
 * execution could lock. Times and modes of modification are those of the view; blocks are shared where the disk can.
 * Of a large input only the first gigabyte is copied, tables before what lies in folders.
 */
export async function copyInput(
  from: string,
  to: string,
  room: { bytes: number } = { bytes: COPIED_BYTES },
): Promise<void> {
  await mkdir(to, { recursive: true });
  const entries = await readdir(from, { withFileTypes: true });
  const isFolder = (entry: Dirent): number => (entry.isDirectory() ? 1 : 0);
  for (const entry of entries.sort((a, b) => isFolder(a) - isFolder(b))) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await copyInput(source, target, room);
    else await copyOrLink(source, target, room);
  }
  await alike(from, to);
}

async function copyOrLink(source: string, target: string, room: { bytes: number }): Promise<void> {
  const { size } = await stat(source);
  room.bytes -= size;
  if (room.bytes < 0) {
    const isLinked = await link(source, target).then(
      () => true,
      // Another file system, or links are not allowed: a copy does as well.
      () => false,
    );
    if (isLinked) return;
  }
  await copyFile(source, target, constants.COPYFILE_FICLONE);
  const copied = (await stat(target)).size;
  // On a disk that is filling up a copy may end early without a word.
  if (copied !== size) {
    const message = `${target}: ${copied} of ${size} bytes were copied`;
    throw Object.assign(new Error(message), { code: "ENOSPC", path: target });
  }
  await alike(source, target);
}

async function alike(source: string, target: string): Promise<void> {
  const { mode, mtime } = await stat(source);
  await utimes(target, mtime, mtime);
  await chmod(target, mode & 0o777);
}

/** Removes whatever else an execution has left in its workspace. */
async function removeAllBut(workspace: string, name: string): Promise<void> {
  for (const each of await readdir(workspace)) {
    if (each !== name) await rm(join(workspace, each), { recursive: true, force: true });
  }
}

/**
 * Copies `submission.csv` out of a workspace; whatever a hostile script left in its place is refused. All else in the
 * workspace is removed before the copy: a script may have filled the disk that the copy needs.
 */
export async function takeSubmission(
  workspace: string,
  to: string,
  maxBytes: number = MAX_SUBMISSION_BYTES,
): Promise<Taken> {
  const opened = await openUntrusted(join(workspace, SUBMISSION_NAME));
  if (typeof opened === "string") {
    return {
      path: null,
      reason:
        opened === "is missing"
          ? "the script wrote no submission.csv"
          : `submission.csv ${opened}; write an ordinary file`,
    };
  }
  const part = `${to}.part`;
  try {
    // Not before it is opened: a second name of it in the workspace must still be seen.
    await removeAllBut(workspace, SUBMISSION_NAME);
    const size = await copyUpTo(opened, part, maxBytes);
    if (size > maxBytes) {
      await rm(part, { force: true });
      return { path: null, reason: `submission.csv is larger than ${maxBytes} bytes` };
    }
    await rename(part, to);
    return { path: to, reason: null };
  } catch (error) {
    throw diskError(error, part);
  } finally {
    await opened.close();
  }
}

/** Opens a regular file that only the workspace names: no link of either kind, no fifo, no device; else says what it is. */
export async function openUntrusted(path: string, writable = false): Promise<FileHandle | string> {
  const { O_RDONLY, O_RDWR, O_NOFOLLOW, O_NONBLOCK } = constants;
  const access = writable ? O_RDWR : O_RDONLY;
  let file: FileHandle;
  try {
    // Without O_NONBLOCK opening a fifo would wait for a writer for ever.
    file = await open(path, access | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    return describeOpenError(error);
  }
  const stats = await file.stat();
  if (stats.isFile() && stats.nlink === 1) return file;
  await file.close();
  return stats.isFile() ? "is a hard link to another file" : "is not a regular file";
}

function describeOpenError(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : null;
  switch (code) {
    case "ENOENT":
      return "is missing";
    case "ELOOP":
      return "is a symbolic link";
    case "ENOTDIR":
      return "lies in something that is not a folder";
    case "EISDIR":
    case "ENXIO":
      return "is not a regular file";
    case "EACCES":
    case "EPERM":
      return "cannot be read";
    default:
      throw error;
  }
}

/** Bytes copied; one block more than the limit at most. */
async function copyUpTo(from: FileHandle, to: string, maxBytes: number): Promise<number> {
  const target = await open(to, "w");
  try {
    const block = Buffer.allocUnsafe(BLOCK_BYTES);
    let size = 0;
    while (size <= maxBytes) {
      const { bytesRead } = await from.read(block, 0, BLOCK_BYTES, size);
      if (bytesRead === 0) break;
      // A single write may end early on a disk that is filling up, without a word; this goes on until it is refused.
      await target.writeFile(block.subarray(0, bytesRead));
      size += bytesRead;
    }
    return size;
  } finally {
    await target.close();
  }
}
