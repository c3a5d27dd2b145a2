import { createHash, type Hash } from "node:crypto";
import { createReadStream, type Dirent } from "node:fs";
import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { DATA_FOLDER, OWN_FOLDERS } from "../infer/layout.ts";
import { withoutPlainDescription } from "../plain-description.ts";

/** A file of a competition's folder, links followed. `kind`: what it must be read as, by its name. */
export type FoundFile = {
  name: string;
  path: string;
  kind: "csv" | "other-table" | "archive" | "text" | "media";
};

/** What lies in a folder; `hasLinks` when some of it is a symbolic link. */
export type Found = { files: FoundFile[]; hasLinks: boolean };

const ARCHIVE = /\.(zip|7z|tar|tgz|tbz2|txz|gz|bz2|xz)$/iu;
const OTHER_TABLE = /\.(tsv|tab|parquet|pq|feather|arrow|jsonl|ndjson)$/iu;
/** Files that are tables only when they are called like one. */
const NAMED_TABLE =
  /^(train(ing)?|test(ing)?|sample[-_ ]?(sub.*)?|(.*[-_])?submission)([-_ ]?(data|set))?\.(txt|dat|data|json)$/iu;

/** A part of a table in folders that are named after a column and its value: `train/year=2020/part-0.parquet`. */
const PARTITIONED =
  /^(train|test)[^/=]*\/([^/=]+=[^/]*\/)+[^/]+\.(csv|tsv|tab|parquet|pq|feather|arrow|jsonl|ndjson)$/iu;

/** Lists the files of a folder as `python/preparing/gather.py` takes them. */
export async function listData(folder: string): Promise<Found> {
  const found: Found = { files: [], hasLinks: false };
  await listInto(found, folder, "", [await realpath(folder)]);
  return found;
}

async function listInto(
  found: Found,
  folder: string,
  inside: string,
  trail: readonly string[],
): Promise<void> {
  // What cannot be listed, or leads back to where we are, is refused with a reason where it is copied.
  const entries = await readdir(folder, { withFileTypes: true }).catch((): Dirent[] => []);
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith(".") || (inside === "" && OWN_FOLDERS.has(entry.name))) continue;
    const name = `${inside}${entry.name}`;
    let path = join(folder, entry.name);
    let isFolder = entry.isDirectory();
    if (entry.isSymbolicLink()) {
      found.hasLinks = true;
      path = await realpath(path).catch(() => path);
      isFolder = (await stat(path).catch(() => null))?.isDirectory() ?? false;
    }
    if (!isFolder) found.files.push({ name, path, kind: kindOf(name) });
    else if (!trail.some((each) => `${each}/`.startsWith(path === "/" ? path : `${path}/`)))
      await listInto(found, path, `${name}/`, [...trail, path]);
  }
}

function kindOf(name: string): FoundFile["kind"] {
  const folders = name.split("/").slice(0, -1);
  const first = folders[0];
  const isNamed = NAMED_TABLE.test(name.split("/").at(-1) ?? "");
  const isData = first === undefined || (folders.length === 1 && DATA_FOLDER.test(first));
  if (PARTITIONED.test(name)) return "other-table";
  if (first === undefined && /\.(md|txt)$/iu.test(name) && !isNamed) return "text";
  if (!isData) return "media";
  if (/\.csv$/iu.test(name)) return "csv";
  if (ARCHIVE.test(name)) return "archive";
  return isNamed || OTHER_TABLE.test(name) ? "other-table" : "media";
}

/** One name for the content of a folder: tables and archives by their content, the rest by names and sizes. */
export async function hashData(files: readonly FoundFile[]): Promise<string> {
  const hash = createHash("sha256");
  for (const file of files.filter(({ name }) => name !== "task.yaml")) {
    if (file.kind === "text") await addText(hash, file);
    else await addFile(hash, file);
  }
  return hash.digest("hex");
}

async function addFile(hash: Hash, { name, path, kind }: FoundFile): Promise<void> {
  hash.update(`\0${name}\0`);
  const status = await stat(path).catch(() => null);
  if (status?.isFile() !== true) hash.update("nothing to read");
  else if (kind === "media") hash.update(String(status.size));
  else for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
}

/** A description that we wrote ourselves says nothing, so that `init` does not change the data. */
async function addText(hash: Hash, { name, path }: FoundFile): Promise<void> {
  const text = withoutPlainDescription(await readFile(path, "utf8").catch(() => ""));
  const said = text.replaceAll(/^# .*$/gmu, "").trim();
  if (said !== "") hash.update(`\0${name}\0${said}`);
}
