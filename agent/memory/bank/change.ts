import { randomUUID } from "node:crypto";
import { open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { diskError } from "../../../runs/errors.ts";
import { writeAtomically } from "../../../runs/record/atomic-file.ts";
import type { CompetitionPrint } from "../../../runs/report/across/same-competition.ts";
import { sha256 } from "../../../runs/sha256.ts";
import type { Draft, Item } from "../item.ts";
import type { Reranker } from "../reranker.ts";
import type { Bank } from "./bank.ts";
import { bankFiles, type Manifest, writeManifest } from "./manifest.ts";
import { deletedLine, itemLine, readRows } from "./rows.ts";
import type { Use } from "./uses.ts";

/** What a change may do; all of it is on disk together, or none. */
export type Change = {
  /** As it is on disk now, without this change. */
  readonly bank: Bank;
  add(draft: Draft, vector: Float32Array): string;
  /** A new version of an item; its vector changes with its text. */
  replace(item: Item, vector: Float32Array): void;
  remove(id: string): void;
  use(use: Use): void;
  know(print: CompetitionPrint): void;
  learned(reranker: Reranker): void;
  /** What was deleted is taken out of the files too. */
  compact(): void;
};

/** What has been asked of a change so far. */
type Pending = {
  lines: string[];
  vectors: Float32Array[];
  uses: string[];
  prints: string[];
  reranker: Reranker | null;
  isCompacted: boolean;
};

export function openChange(folder: string, bank: Bank) {
  const pending: Pending = {
    lines: [],
    vectors: [],
    uses: [],
    prints: [],
    reranker: null,
    isCompacted: false,
  };
  const put = (item: Item, vector: Float32Array) => {
    pending.lines.push(itemLine(item));
    pending.vectors.push(vector);
  };
  const change: Change = {
    bank,
    add(draft, vector) {
      const id = newId(draft);
      put({ ...draft, id, version: 1 }, vector);
      return id;
    },
    replace: (item, vector) => put({ ...item, version: item.version + 1 }, vector),
    remove(id) {
      pending.lines.push(deletedLine(id));
      pending.vectors.push(new Float32Array(bank.manifest.dimension));
    },
    use: (use) => void pending.uses.push(`${JSON.stringify(use)}\n`),
    know: (print) => void pending.prints.push(`${JSON.stringify(print)}\n`),
    learned: (reranker) => {
      pending.reranker = reranker;
    },
    compact: () => {
      pending.isCompacted = true;
    },
  };
  return { change, commit: () => commit(folder, bank, pending) };
}

function newId({ kind, title }: Draft): string {
  const hash = sha256(`${kind} ${title} ${randomUUID()}`);
  return `${kind[0]}-${hash.slice(0, 10)}`;
}

/** Appends, then says in the manifest that it counts. */
async function commit(folder: string, bank: Bank, pending: Pending): Promise<void> {
  const { lines, vectors, uses, prints, reranker } = pending;
  const isEmpty = [lines, uses, prints].every((each) => each.length === 0);
  if (isEmpty && reranker === null && !pending.isCompacted) return;
  const was = bank.manifest;
  const files = bankFiles(folder, was);
  const bytes = { ...was.bytes };
  await append(files.items, bytes.items, lines.join(""));
  await append(files.vectors, was.rows * was.dimension * 4, bytesOf(vectors, was.dimension));
  bytes.items += Buffer.byteLength(lines.join(""));
  await append(files.uses, bytes.uses, uses.join(""));
  bytes.uses += Buffer.byteLength(uses.join(""));
  await append(files.competitions, bytes.competitions, prints.join(""));
  bytes.competitions += Buffer.byteLength(prints.join(""));
  const changes = was.changes + 1;
  const grown = { ...was, bytes, rows: was.rows + lines.length, changes };
  const made = pending.isCompacted ? await writeAnew(folder, grown) : grown;
  const next = reranker === null ? made : { ...made, reranker: changes, updates: reranker.updates };
  if (reranker !== null) await writeReranker(bankFiles(folder, next).reranker, reranker);
  await writeManifest(folder, next);
  await removeOld(folder, was, next);
}

/** All items that are there, each once, in files of the next generation. */
async function writeAnew(folder: string, manifest: Manifest): Promise<Manifest> {
  const { dimension } = manifest;
  const rows = await readRows(bankFiles(folder, manifest), manifest);
  const next = { ...manifest, generation: manifest.generation + 1 };
  const live = [...rows.rowOf.values()].sort((a, b) => a - b);
  const text = live.map((row) => itemLine(rows.item(row))).join("");
  const vectors = live.map((row) => rows.vectors.subarray(row * dimension, (row + 1) * dimension));
  await writeAtomically(bankFiles(folder, next).items, text);
  await writeAtomically(bankFiles(folder, next).vectors, bytesOf(vectors, dimension));
  const bytes = { ...manifest.bytes, items: Buffer.byteLength(text) };
  return { ...next, rows: live.length, bytes };
}

function bytesOf(vectors: readonly Float32Array[], dimension: number): Buffer {
  const all = new Float32Array(vectors.length * dimension);
  for (const [row, vector] of vectors.entries()) all.set(vector, row * dimension);
  return Buffer.from(all.buffer);
}

function writeReranker(file: string, { queryWeights, itemWeights }: Reranker): Promise<void> {
  const parts = [queryWeights, itemWeights].map(({ buffer, byteOffset, byteLength }) =>
    Buffer.from(buffer, byteOffset, byteLength),
  );
  return writeAtomically(file, Buffer.concat(parts));
}

/** Behind the counted bytes; what stands there is left of a kill. */
async function append(file: string, bytes: number, content: string | Buffer): Promise<void> {
  if (content.length === 0) return;
  try {
    await using handle = await open(file, "a");
    await handle.truncate(bytes);
    await handle.appendFile(content);
    await handle.datasync();
  } catch (error) {
    throw diskError(error, file);
  }
}

/** Files of earlier states; one who still reads the last one may need its reranker. */
async function removeOld(folder: string, was: Manifest, next: Manifest): Promise<void> {
  const [before, now] = [bankFiles(folder, was), bankFiles(folder, next)];
  const kept = new Set([before.reranker, now.reranker, now.items, now.vectors]);
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const isOurs = /^(?:reranker-\d+\.f64|items-\d+\.jsonl|vectors-\d+\.f32)$/u.test(name);
    if (isOurs && !kept.has(path)) await rm(path, { force: true });
  }
}
