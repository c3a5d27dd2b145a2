import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Competition } from "./competition.ts";

/** One name for the data and the task: it changes when a byte that a score depends on changes. */
export async function dataHash(competition: Competition): Promise<string> {
  const { folder, title: _, license: __, source: ___, thresholds: ____, ...task } = competition;
  const hash = createHash("sha256");
  hash.update(canonical(task));
  const { train, test, sample_submission, other } = competition.files;
  const more = [competition.labels_file, competition.metric_file].filter((name) => name !== null);
  for (const name of [train, test, sample_submission, ...other.toSorted(), ...more]) {
    hash.update(`\0${name}\0`);
    await addPath(hash, join(folder, name));
  }
  return hash.digest("hex");
}

/** Bytes of other files than tables that are read of a folder; of what comes after them, which may be a million images, the sizes count. */
const READ_BYTES = 2 * 1024 ** 3;

/**
 * Hash of a folder's files: tables by their content, others too as far as `READ_BYTES` reach, in the order of names.
 * `known`: hashes of files that were read already; folders that share files by hard links are then read once.
 */
export async function hashFolder(
  folder: string,
  known: Map<string, string> = new Map(),
): Promise<string> {
  const hash = createHash("sha256");
  let readable = READ_BYTES;
  for (const file of await listFolder(folder, "")) {
    const path = join(folder, file);
    const { dev, ino, size, mtimeMs } = await stat(path);
    hash.update(`\0${file}\0${size}\0`);
    const isTable = file.toLowerCase().endsWith(".csv");
    if (!isTable) readable -= size;
    if (!isTable && readable < 0) continue;
    const name = [dev, ino, size, mtimeMs].join(" ");
    const content = known.get(name) ?? (await hashContent(path));
    known.set(name, content);
    hash.update(content);
  }
  return hash.digest("hex");
}

async function hashContent(path: string): Promise<string> {
  const hash = createHash("sha256");
  await addPath(hash, path);
  return hash.digest("hex");
}

/** A file by its content; a folder, which may hold a million images, by names and sizes. */
async function addPath(hash: Hash, path: string): Promise<void> {
  if ((await stat(path)).isFile()) {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
    return;
  }
  for (const file of await listFolder(path, "")) {
    hash.update(`${file}\0${(await stat(join(path, file))).size}\0`);
  }
}

async function listFolder(root: string, inside: string): Promise<string[]> {
  const found: string[] = [];
  const entries = await readdir(join(root, inside), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = inside === "" ? entry.name : `${inside}/${entry.name}`;
    if (entry.isDirectory()) found.push(...(await listFolder(root, path)));
    else found.push(path);
  }
  return found;
}

/** JSON with sorted keys, so that the order in which a task was written does not matter. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    isPlain(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
