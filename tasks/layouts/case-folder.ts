import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { diskError, errorCode } from "../../runs/errors.ts";
import { filesBelow } from "./tree.ts";

/** A folder of our own, made once for the files it is made from, and what a person should know of it. */
export type CaseFolder = { folder: string; notes: string[]; hash: string };

/** Another form of these folders makes them anew. */
const VERSION = 1;

/**
 * The folder `<cache>/<shelf>/<hash>/<name>`, filled by `fill` where it is not there yet, whole or not at all. The hash
 * is that of names, sizes and times of the files of `source`, and of `salt`.
 */
export async function caseFolder(
  source: string,
  place: { cacheDir: string; shelf: string; name: string; salt: string },
  fill: (folder: string) => Promise<string[]>,
): Promise<CaseFolder> {
  const hash = await fingerprint(source, place.salt);
  const home = join(place.cacheDir, place.shelf, hash);
  const notesFile = join(home, "notes.json");
  const folder = join(home, place.name);
  const known = await readFile(notesFile, "utf8").catch(() => null);
  if (known !== null) return { folder, notes: JSON.parse(known), hash };
  let part: string | null = null;
  try {
    await mkdir(dirname(home), { recursive: true, mode: 0o700 });
    part = await mkdtemp(join(dirname(home), ".part-"));
    await mkdir(join(part, place.name));
    const notes = await fill(join(part, place.name));
    await writeFile(join(part, "notes.json"), JSON.stringify(notes));
    await rename(part, home).catch((error: unknown) => {
      // Another process was faster with the same folder.
      if (!["ENOTEMPTY", "EEXIST"].includes(errorCode(error) ?? "")) throw error;
    });
    return { folder, notes, hash };
  } catch (error) {
    throw diskError(error, join(place.cacheDir, place.shelf));
  } finally {
    if (part !== null) await rm(part, { recursive: true, force: true });
  }
}

/** One name for the files of a folder as they stand now; none of them is read. */
async function fingerprint(folder: string, salt: string): Promise<string> {
  const hash = createHash("sha256").update(`${VERSION}\0${basename(folder)}\0${salt}\0`);
  for (const file of await filesBelow(folder)) {
    const { size, mtimeMs } = await stat(join(folder, file));
    hash.update(`${file}\0${size}\0${mtimeMs}\0`);
  }
  return hash.digest("hex").slice(0, 20);
}
