import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openKeptRows } from "../scores/kept-rows.ts";
import { type SmallRun, smallRun } from "../scores/small-runs.ts";
import { startNotes } from "./notes-server.ts";

export type ShippedOptions = {
  competitions: readonly string[];
  /** Runs on each, one after the other on one memory. */
  seeds: number;
  rows: number;
  executions: number;
  /** Where memories and results are kept; what is there is not done again. */
  folder: string;
};

export const SHIPPED_ARMS = ["no memory", "notes", "memory", "learned"] as const;
type Arm = (typeof SHIPPED_ARMS)[number];

/**
 * Runs of the playbook on shipped competitions in every arm, seed by seed: the second run on a competition can have
 * learned from the first one. Of two shipped competitions none has task and kind of data in common with another, so that
 * nothing but repairs of errors carries over between them.
 */
export async function shippedRuns(options: ShippedOptions): Promise<SmallRun[]> {
  const { competitions, seeds, rows, executions, folder } = options;
  await mkdir(folder, { recursive: true });
  const kept = await openKeptRows<SmallRun>("memory", join(folder, "rows.jsonl"));
  for (let seed = 0; seed < seeds; seed++)
    for (const competition of competitions)
      for (const arm of SHIPPED_ARMS) {
        const given = await memoryOf(arm, folder);
        await using notes = given.notes;
        const run = { competition, arm, seed, rows, executions };
        await smallRun({ ...run, args: given.args }, kept);
        if (notes !== null) await writeFile(join(folder, "notes-texts"), `${notes.texts()}`);
      }
  return kept.all;
}

async function memoryOf(arm: Arm, folder: string) {
  const of = (...args: string[]) => ["--memory", join(folder, arm), ...args];
  if (arm === "no memory") return { notes: null, args: [] };
  if (arm === "memory") return { notes: null, args: of("--memory-learn", "off") };
  if (arm === "learned") return { notes: null, args: of() };
  const texts = await readFile(join(folder, "notes-texts"), "utf8").catch(() => "0");
  const notes = await startNotes(Number(texts));
  const server = ["--set", "memoryEmbedding=openai:notes", "--set", `memoryUrl=${notes.url}`];
  // As many as are shown otherwise, the newest of them: there is nothing to choose between.
  return { notes, args: of(...server, "--memory-topk", "5", "--memory-learn", "off") };
}
