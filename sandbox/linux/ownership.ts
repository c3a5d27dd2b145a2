import { chmod, chown, lchown, lstat, readdir } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import type { Job } from "../contract.ts";

const NOBODY = 65_534;
/** User that a script runs as where the caller is root. */
export const NOBODY_USER = `${NOBODY}:${NOBODY}`;

/** Lets nobody write the workspace and read the input, where the caller is root; otherwise nothing is needed. */
export async function openAccess(user: string, job: Job, readable: Set<string>): Promise<void> {
  if (user !== NOBODY_USER || userInfo().uid !== 0) return;
  await chown(job.workspace, NOBODY, NOBODY);
  const names = await readdir(job.workspace);
  await Promise.all(names.map((name) => lchown(join(job.workspace, name), NOBODY, NOBODY)));
  // Inputs do not change, and some hold very many files: once is enough.
  if (!readable.has(job.input)) await makeReadable(job.input);
  readable.add(job.input);
}

/** Views are made under the umask of the user, which may leave nothing to others. */
async function makeReadable(folder: string): Promise<void> {
  const pending = [folder];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const stats = await lstat(next);
    if (stats.isSymbolicLink()) continue;
    const wanted = stats.isDirectory() ? 0o005 : 0o004;
    if ((stats.mode & wanted) !== wanted) await chmod(next, (stats.mode & 0o7777) | wanted);
    if (stats.isDirectory()) {
      for (const name of await readdir(next)) pending.push(join(next, name));
    }
  }
}
