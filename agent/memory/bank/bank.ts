import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type * as z from "zod";
import { diskError, errorCode } from "../../../runs/errors.ts";
import { withLock } from "../../../runs/record/file-lock.ts";
import { CompetitionPrint } from "../../../runs/report/across/same-competition.ts";
import type { Item } from "../item.ts";
import { freshReranker, type Reranker } from "../reranker.ts";
import { type Change, openChange } from "./change.ts";
import {
  bankFiles,
  checkEmbedding,
  emptyManifest,
  type Manifest,
  readManifest,
} from "./manifest.ts";
import { type Near, nearestRows } from "./nearest.ts";
import { packRows } from "./packed.ts";
import { type Head, type Rows, readLines, readRows } from "./rows.ts";
import { Use } from "./uses.ts";

/** Items, what was seen of their use, and the reranker: one state of a bank, which does not change. */
export type Bank = {
  readonly manifest: Manifest;
  readonly size: number;
  readonly reranker: Reranker;
  /** One for each run that was reflected on, oldest first. */
  readonly uses: readonly Use[];
  /** By id of the competition. */
  readonly prints: ReadonlyMap<string, CompetitionPrint>;
  readonly ids: readonly string[];
  get(id: string): Item | null;
  vector(id: string): Float32Array | null;
  head(id: string): Head | null;
  /** The `count` nearest of the items whose heads are admitted, nearest first. */
  nearest(query: Float32Array, count: number, admits: (head: Head) => boolean): Near[];
  /** Each head with the number of items that share it. */
  countHeads(see: (head: Head, count: number) => void): void;
  /** Ids whose heads are admitted. */
  filter(admits: (head: Head) => boolean): string[];
};

/** A bank of memories in a folder, which several processes may use at once. */
export type BankFolder = {
  readonly folder: string;
  read(): Promise<Bank>;
  change<T>(work: (change: Change) => Promise<T> | T): Promise<T>;
};

/** Opens a folder for an embedding, or makes it; refuses a bank that another embedding made. */
export async function openBank(
  folder: string,
  embedding: { name: string; dimension: number },
  report: (line: string) => void,
): Promise<BankFolder> {
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw diskError(error, folder);
  });
  const read = async (): Promise<Bank> => {
    const manifest =
      (await readManifest(folder)) ?? emptyManifest(embedding.name, embedding.dimension);
    checkEmbedding(folder, manifest, embedding);
    return readBank(folder, manifest);
  };
  let last: Bank | null = null;
  const readAgain = async (): Promise<Bank> => {
    for (let attempt = 1; ; attempt++)
      try {
        const manifest = await readManifest(folder);
        if (last !== null && manifest?.changes === last.manifest.changes) return last;
        last = await read();
        return last;
      } catch (error) {
        // Another process wrote all files anew between two reads of this one.
        if (errorCode(error) !== "ENOENT" || attempt === 5) throw error;
      }
  };
  await readAgain();
  return {
    folder,
    read: readAgain,
    change: (work) =>
      withLock(
        join(folder, "bank"),
        { message: `memory ${folder}: waiting for another process`, report },
        async () => {
          const bank = await readAgain();
          const { change, commit } = openChange(folder, bank);
          const result = await work(change);
          await commit();
          return result;
        },
      ),
  };
}

async function readBank(folder: string, manifest: Manifest): Promise<Bank> {
  const files = bankFiles(folder, manifest);
  const rows = await readRows(files, manifest);
  const uses = await readLines(files.uses, manifest.bytes.uses, Use);
  const prints = await readLines(
    files.competitions,
    manifest.bytes.competitions,
    CompetitionPrint as z.ZodType<CompetitionPrint>,
  );
  const reranker = await readReranker(folder, manifest);
  return bankOf(manifest, rows, reranker, { uses, prints });
}

function bankOf(
  manifest: Manifest,
  rows: Rows,
  reranker: Reranker,
  seen: { uses: Use[]; prints: CompetitionPrint[] },
): Bank {
  const { dimension } = manifest;
  const packed = packRows(rows.vectors, dimension);
  const vectorAt = (row: number) => rows.vectors.subarray(row * dimension, (row + 1) * dimension);
  const of = <T>(id: string, get: (row: number) => T): T | null => {
    const row = rows.rowOf.get(id);
    return row === undefined ? null : get(row);
  };
  const counts = new Int32Array(rows.kinds.length);
  for (const row of rows.rowOf.values()) {
    const kind = rows.kindOf[row] ?? 0;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  const admitted = (admits: (head: Head) => boolean) =>
    Uint8Array.from(rows.kinds, (head) => (head.kind !== null && admits(head) ? 1 : 0));
  return {
    manifest,
    size: rows.rowOf.size,
    reranker,
    uses: seen.uses,
    prints: new Map(seen.prints.map((print) => [print.id, print])),
    ids: [...rows.rowOf.keys()],
    get: (id) => of(id, rows.item),
    vector: (id) => of(id, vectorAt),
    head: (id) => of(id, (row) => rows.kinds[rows.kindOf[row] ?? 0] ?? null),
    nearest: (query, count, admits) => nearestRows(rows, packed, query, count, admitted(admits)),
    countHeads: (see) => {
      for (const [kind, head] of rows.kinds.entries())
        if ((counts[kind] ?? 0) > 0) see(head, counts[kind] ?? 0);
    },
    filter: (admits) => {
      const isIn = admitted(admits);
      return [...rows.rowOf].flatMap(([id, row]) =>
        isIn[rows.kindOf[row] ?? 0] === 1 ? [id] : [],
      );
    },
  };
}

async function readReranker(folder: string, manifest: Manifest): Promise<Reranker> {
  const { dimension, updates } = manifest;
  if (manifest.reranker === 0) return freshReranker(dimension, manifest.embedding);
  const bytes = await readFile(bankFiles(folder, manifest).reranker);
  const all = new Float64Array(
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
  );
  const half = dimension ** 2;
  return {
    dimension,
    queryWeights: all.slice(0, half),
    itemWeights: all.slice(half),
    updates,
  };
}
