import { createHash, randomUUID } from "node:crypto";
import { chmod, cp, mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { reportedError, SandboxUnavailable } from "../../runs/errors.ts";

/** The runner and what it imports, as they lie in an image as well. */
const PARTS = ["runner.py", "confine.py", "open_network.py", "watch"];
const COMPILING_MS = 60_000;

const room = fileURLToPath(new URL("../python", import.meta.url));

/**
 * A folder with the runner and what it imports, compiled: nothing may be written beside the originals, which lie in
 * the user's own copy of the program, so every execution would compile them again.
 */
export async function compiledRunner(python: string, cacheDir: string): Promise<string> {
  const files = await filesOf("");
  const hash = createHash("sha256").update(python);
  for (const file of files) hash.update(`\0${file}\0`).update(await readFile(join(room, file)));
  const folder = join(cacheDir, `runner-${hash.digest("hex").slice(0, 16)}`);
  if ((await namesIn(folder)).length > 0) return folder;
  const part = `${folder}.${randomUUID()}`;
  try {
    await copy(files, part);
    await execa(python, ["-I", "-m", "compileall", "-q", part], {
      stdin: "ignore",
      timeout: COMPILING_MS,
      killSignal: "SIGKILL",
    });
    await rename(part, folder);
  } catch (cause) {
    // Another start may have made it meanwhile, and a folder that holds something is not replaced.
    if ((await namesIn(folder)).length > 0) return folder;
    const message = messageOf(cause);
    throw (
      reportedError(message, folder, cause) ??
      new SandboxUnavailable(`the runner cannot be compiled: ${message}`, { cause })
    );
  } finally {
    await rm(part, { recursive: true, force: true });
  }
  return folder;
}

/** Readable to whoever a script runs as, whatever the umask of the user left of the originals. */
async function copy(files: readonly string[], folder: string): Promise<void> {
  for (const place of [folder, join(folder, "watch")]) {
    await mkdir(place, { recursive: true });
    await chmod(place, 0o755);
  }
  for (const file of files) {
    await cp(join(room, file), join(folder, file));
    await chmod(join(folder, file), 0o644);
  }
}

async function filesOf(place: string): Promise<string[]> {
  const entries = await readdir(join(room, place), { withFileTypes: true });
  const wanted = entries.filter(({ name }) => place !== "" || PARTS.includes(name));
  const found = wanted.map(async (entry) => {
    const path = join(place, entry.name);
    if (entry.isDirectory()) return entry.name === "__pycache__" ? [] : filesOf(path);
    return [path];
  });
  return (await Promise.all(found)).flat().sort();
}

async function namesIn(folder: string): Promise<string[]> {
  // Not there yet.
  return readdir(folder).catch(() => []);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
