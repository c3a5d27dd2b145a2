import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { errorCode } from "../errors.ts";

/** Hash of a file's bytes, null when there is none; a large file never lies in memory. */
export async function hashFile(path: string): Promise<string | null> {
  const hash = createHash("sha256");
  try {
    for await (const block of createReadStream(path)) hash.update(block as Buffer);
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EISDIR"].includes(errorCode(error) ?? "")) return null;
    throw error;
  }
  return hash.digest("hex");
}

/** All files below a folder, or the file itself; none where there is neither. */
export async function filesBelow(root: string): Promise<string[]> {
  try {
    const entries = await readdir(root, { withFileTypes: true, recursive: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if (errorCode(error) === "ENOTDIR") return [root];
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  }
}
