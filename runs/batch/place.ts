import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { RunRefused } from "../errors.ts";
import { writeAtomically } from "../record/atomic-file.ts";
import { readBatch } from "./batch.ts";
import type { Engine, Slots } from "./engine.ts";

/** Where the jobs of a batch run. */
const Place = z.object({ engine: z.string(), place: z.string().nullable() });
type Place = z.infer<typeof Place>;

function fileOf(folder: string): string {
  return join(folder, "engine.json");
}

/**
 * Refuses to go on with a batch on another engine than the one that it began on: what is at work there would be run
 * twice. So with other needs of a job, where an engine was told them.
 */
export async function refuseOtherPlace(
  folder: string,
  { name, place }: Engine,
  needs: Slots,
): Promise<void> {
  if (!existsSync(join(folder, "batch.json"))) return;
  const before = await placeOf(folder);
  const now: Place = { engine: name, place };
  if (wordsOf(before) !== wordsOf(now))
    throw new RunRefused(
      `${folder}: this batch began on ${wordsOf(before)}, now it is ${wordsOf(now)}; use that again, or another --batch`,
    );
  if (place === null) return;
  const known = (await readBatch(folder)).needs;
  for (const kind of ["cpus", "memoryMb", "gpus"] as const)
    if (known[kind] !== needs[kind])
      throw new RunRefused(
        `${folder}: a job had ${kind} ${known[kind]} when this batch began, now ${needs[kind]}; use the same in the file of --engine-file, or another --batch`,
      );
}

export async function keepPlace(folder: string, { name, place }: Engine): Promise<void> {
  await writeAtomically(fileOf(folder), `${JSON.stringify({ engine: name, place })}\n`);
}

async function placeOf(folder: string): Promise<Place> {
  const text = await readFile(fileOf(folder), "utf8").catch(() => null);
  // Batches from before there was another engine.
  return text === null ? { engine: "local", place: null } : Place.parse(JSON.parse(text));
}

function wordsOf({ engine, place }: Place): string {
  return place === null ? `engine ${engine}` : `engine ${engine} (${place})`;
}
