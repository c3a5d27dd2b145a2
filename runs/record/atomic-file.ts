import { randomUUID } from "node:crypto";
import { copyFile, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { diskError } from "../errors.ts";

/** Replaces a file as a whole: a reader, or a kill at any moment, finds the old content or the new, never a part. */
export async function writeAtomically(path: string, content: string | Uint8Array): Promise<void> {
  try {
    const bytes = typeof content === "string" ? content : Buffer.from(content);
    await writeFileAtomic(path, bytes, { fsync: true });
    await syncFolder(dirname(path));
  } catch (error) {
    throw diskError(error, path);
  }
}

/** Copies a file onto another as a whole; large files never pass through memory. */
export async function copyAtomically(from: string, to: string): Promise<void> {
  const temporary = `${to}.${randomUUID()}`;
  try {
    await copyFile(from, temporary);
    const handle = await open(temporary, "r+");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, to);
    await syncFolder(dirname(to));
  } catch (error) {
    await rm(temporary, { force: true });
    throw diskError(error, to);
  }
}

/** Makes new names in a folder survive a power cut; a file's own sync does not. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
