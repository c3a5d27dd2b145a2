import { constants, copyFile, link, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { diskError, errorCode } from "../../runs/errors.ts";

/**
 * A second tree of the same files: hard links, which cost no space, or copies where the two lie on different disks.
 * `skip` says which are left out, by their path in the tree. Symbolic links are not followed.
 */
export async function linkTree(
  from: string,
  to: string,
  skip: (path: string) => boolean = () => false,
  inside = "",
): Promise<void> {
  await mkdir(join(to, inside), { recursive: true });
  for (const entry of await readdir(join(from, inside), { withFileTypes: true })) {
    const path = inside === "" ? entry.name : `${inside}/${entry.name}`;
    if (skip(path)) continue;
    if (entry.isDirectory()) await linkTree(from, to, skip, path);
    else if (entry.isFile()) await linkOrCopy(join(from, path), join(to, path));
  }
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to).catch(async (error: unknown) => {
      if (!["EXDEV", "EPERM", "EMLINK", "ENOTSUP"].includes(errorCode(error) ?? "")) throw error;
      await copyFile(from, to, constants.COPYFILE_FICLONE);
    });
  } catch (error) {
    throw diskError(error, to);
  }
}

/** All files below a folder, as paths in it with `/`, in the order of names. */
export async function filesBelow(folder: string, inside = ""): Promise<string[]> {
  const found: string[] = [];
  const entries = await readdir(join(folder, inside), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith(".")) continue;
    const path = inside === "" ? entry.name : `${inside}/${entry.name}`;
    if (entry.isDirectory()) found.push(...(await filesBelow(folder, path)));
    else if (entry.isFile()) found.push(path);
  }
  return found;
}
