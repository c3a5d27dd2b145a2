import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { errorCode, UserError } from "../../../runs/errors.ts";
import { writeAtomically } from "../../../runs/record/atomic-file.ts";
import { parseJson } from "../../../runs/record/journal-lines.ts";

const FORMAT = 1;

/**
 * What of a bank's files counts: whoever changes them appends first and then replaces this file, so that a kill at any
 * moment leaves the bank as it was or as it is to be. Bytes behind the counted ones are left of a kill.
 */
export const Manifest = z.strictObject({
  format: z.literal(FORMAT),
  /** What made the vectors, and how long they are. */
  embedding: z.string(),
  dimension: z.number().int().positive(),
  /** Counts the times that all was written anew, to take out what was deleted. */
  generation: z.number().int(),
  /** Lines of the items' file, which are rows of the vectors' file. */
  rows: z.number().int(),
  bytes: z.object({ items: z.number(), uses: z.number(), competitions: z.number() }),
  /** Counts every change. */
  changes: z.number().int(),
  /** The change that wrote the reranker; 0: it has learned nothing yet. */
  reranker: z.number().int(),
  /** Batches that it has learned from. */
  updates: z.number().int(),
});
export type Manifest = z.infer<typeof Manifest>;

/** The files of a bank. */
export function bankFiles(folder: string, { generation, reranker }: Manifest) {
  return {
    manifest: join(folder, "bank.json"),
    items: join(folder, `items-${generation}.jsonl`),
    vectors: join(folder, `vectors-${generation}.f32`),
    uses: join(folder, "uses.jsonl"),
    competitions: join(folder, "competitions.jsonl"),
    reranker: join(folder, `reranker-${reranker}.f64`),
  };
}

export function emptyManifest(embedding: string, dimension: number): Manifest {
  const bytes = { items: 0, uses: 0, competitions: 0 };
  const counts = { generation: 0, rows: 0, bytes, changes: 0, reranker: 0, updates: 0 };
  return { format: FORMAT, embedding, dimension, ...counts };
}

/** The manifest of a bank; null where there is none yet. Throws `UserError` for what this version cannot read. */
export async function readManifest(folder: string): Promise<Manifest | null> {
  const file = join(folder, "bank.json");
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    if (errorCode(error) === "ENOTDIR")
      throw new UserError(`memory ${folder} is a file; name a folder`);
    throw error;
  }
  const raw = parseJson(text);
  const newer = z.looseObject({ format: z.number() }).safeParse(raw).data?.format ?? FORMAT;
  if (newer > FORMAT)
    throw new UserError(
      `${file}: format ${newer} is newer than this mle-star reads (${FORMAT}); update mle-star`,
    );
  const parsed = Manifest.safeParse(raw);
  if (!parsed.success)
    throw new UserError(
      `${file} is no bank of memories: restore it from a backup, or name another folder`,
    );
  return parsed.data;
}

export function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  return writeAtomically(join(folder, "bank.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** Refuses a bank whose vectors another embedding made: no distance to them means anything. */
export function checkEmbedding(
  folder: string,
  { embedding, dimension }: Manifest,
  now: { name: string; dimension: number },
): void {
  if (embedding === now.name && dimension === now.dimension) return;
  throw new UserError(
    `memory ${folder} was made with embedding ${embedding} (${dimension} numbers), not ${now.name} (${now.dimension}): name that one, or another folder`,
  );
}
