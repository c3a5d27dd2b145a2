import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { UserError } from "../../../../runs/errors.ts";
import { parseJson } from "../../../../runs/record/journal-lines.ts";
import { mergeCard } from "../../../distill/merge/merge-card.ts";
import { MergeRecord, MergeSettings } from "../../../distill/merge/merging.ts";

const RECORD = "merge.json";
const SETTINGS = "settings.json";
const WEIGHTS = /\.(?:safetensors|gguf|bin)$/u;

/**
 * The merge that a folder holds, if it is this one; null: none is there, or `fresh` begins anew. Throws `UserError`
 * where the folder holds something else.
 */
export async function findMerge(
  folder: string,
  settings: MergeSettings,
  fresh: boolean,
): Promise<MergeRecord | null> {
  if (!existsSync(folder)) return null;
  const found = await readMerge(folder);
  if (found === null && (await readdir(folder)).length > 0)
    throw new UserError(`${folder} holds something that was not merged here: name another --out`);
  if (found === null || fresh) return null;
  if (isSame(found.settings, settings)) return found;
  throw new UserError(
    `${folder} holds another merge: name another --out, or begin anew with --fresh`,
  );
}

/** The record of the merge that a folder holds; null: none. */
export async function readMerge(folder: string): Promise<MergeRecord | null> {
  const path = join(folder, RECORD);
  const text = existsSync(path) ? await readFile(path, "utf8") : "";
  return MergeRecord.safeParse(parseJson(text)).data ?? null;
}

/** Where a merge is written until it is whole; what an earlier try of the same one has found out stays. */
export async function openPartial(folder: string, settings: MergeSettings): Promise<string> {
  const partial = `${folder}.partial`;
  const path = join(partial, SETTINGS);
  const text = existsSync(path) ? await readFile(path, "utf8") : "";
  const before = MergeSettings.safeParse(parseJson(text)).data ?? null;
  if (before === null || !isSame(before, settings))
    await rm(partial, { recursive: true, force: true });
  // Weights that were not written to their end.
  await rm(join(partial, "model"), { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  await writeFile(path, `${JSON.stringify(settings, null, 2)}\n`);
  return partial;
}

/** Puts a whole merge, its record and its card in their place, in one step. */
export async function placeMerge(
  folder: string,
  partial: string,
  record: MergeRecord,
): Promise<void> {
  const made = join(partial, "model");
  await writeFile(join(made, "README.md"), mergeCard(record));
  await writeFile(join(made, RECORD), `${JSON.stringify(record, null, 2)}\n`);
  await rm(folder, { recursive: true, force: true });
  await rename(made, folder);
  await rm(partial, { recursive: true, force: true });
}

function isSame(one: MergeSettings, other: MergeSettings): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** sha256 over the names and bytes of the files of weights of a folder, or of one file. */
export async function hashWeights(place: string): Promise<string> {
  const isFolder = (await stat(place)).isDirectory();
  const names = isFolder ? (await readdir(place)).filter((name) => WEIGHTS.test(name)).sort() : [];
  const files = isFolder ? names.map((name) => join(place, name)) : [place];
  const hash = createHash("sha256");
  for (const file of files) {
    hash.update(`${basename(file)}\n`);
    for await (const part of createReadStream(file)) hash.update(part as Buffer);
  }
  return hash.digest("hex");
}
