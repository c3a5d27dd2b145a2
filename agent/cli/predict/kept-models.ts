import { cp, mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { RunRefused } from "../../../runs/errors.ts";
import { writeAtomically } from "../../../runs/record/atomic-file.ts";
import { hashFile } from "../../../runs/record/hash-file.ts";
import { showPlural } from "../../../runs/report/formats.ts";
import { filesIn, type ModelFolders } from "../../../sandbox/model-folder.ts";
import type { Competition } from "../../../tasks/competition.ts";
import { withNewRows } from "../../../tasks/new-rows.ts";
import { firstDifference } from "../../../tasks/same-predictions.ts";
import { withShuffledAnswers } from "../../../tasks/shuffled-answers.ts";
import { scanCsv } from "../../../tasks/tables/csv.ts";
import { writeTable } from "../../../tasks/tables/write-csv.ts";

/** What was kept of the scripts of a submission, and whether it predicts as they do. */
const Record = z.object({
  version: z.literal(1),
  /** What it was made of: another solution, script, table or package makes it anew. */
  identity: z.string(),
  /** Why it is not used; null where it predicts the same without training. */
  problem: z.string().nullable(),
  /** sha256 of each file that was kept. */
  files: z.record(z.string(), z.string()),
});
type Record = z.infer<typeof Record>;

/** Runs the scripts of a submission on a competition: the file of the submission, or why there is none. */
export type Submit = (
  competition: Competition,
  models: ModelFolders,
) => Promise<string | { problem: string }>;

type Making = {
  /** Where it is kept, in the folder of the run. */
  folder: string;
  identity: string;
  /** Ids of the scripts. */
  scripts: readonly string[];
  competition: Competition;
  scratch: string;
  submit: Submit;
  report: (line: string) => void;
};

/**
 * Folders with what the scripts of a submission keep in `./model/`. They are made and checked once: each script is
 * trained beside the test rows, and has to predict, from what it kept then and without the training answers, what it
 * predicts for other rows when it is trained beside those. Throws `RunRefused` where it does not.
 */
export async function keptModels(making: Making): Promise<ModelFolders> {
  const { folder, identity } = making;
  const known = await readKept(folder);
  const isKnown = known !== null && known.identity === identity && (await isWhole(folder, known));
  const record = isKnown ? known : await make(making);
  if (record.problem !== null) throw new RunRefused(`${record.problem}; leave out --no-train`);
  return { given: (at) => join(folder, "scripts", nameOf(at)), kept: null };
}

async function readKept(folder: string): Promise<Record | null> {
  const text = await readFile(join(folder, "model.json"), "utf8").catch(() => null);
  if (text === null) return null;
  const read = Record.safeParse(json(text));
  return read.success ? read.data : null;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Whether it is byte for byte what was checked. */
async function isWhole(folder: string, { files }: Record): Promise<boolean> {
  const found = await hashesOf(join(folder, "scripts"));
  return JSON.stringify(found) === JSON.stringify(files);
}

async function hashesOf(folder: string) {
  const hashes: { [file: string]: string } = {};
  for (const file of await filesIn(folder))
    hashes[file] = (await hashFile(join(folder, file))) ?? "";
  return hashes;
}

async function make(making: Making): Promise<Record> {
  const { folder, identity, scratch, report, scripts } = making;
  const made = join(scratch, "models");
  await mkdir(made, { recursive: true });
  report(
    `training once to keep what the scripts leave in ./model/, and checking it: up to 3 executions of each of ${showPlural(scripts.length, "script")}`,
  );
  const problem = await check(making, made);
  if (problem !== null) await rm(made, { recursive: true, force: true });
  const files = await hashesOf(made);
  const record: Record = { version: 1, identity, problem, files };
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  if (problem === null) await cp(made, join(folder, "scripts"), { recursive: true });
  await writeAtomically(join(folder, "model.json"), `${JSON.stringify(record, null, 1)}\n`);
  return record;
}

/** Trains, and compares what was kept with training anew; why it cannot be used, or null. */
async function check(making: Making, made: string): Promise<string | null> {
  const { competition, scratch, scripts, submit } = making;
  const keep = { given: null, kept: (at: string) => join(made, nameOf(at)) };
  const trained = await submit(competition, keep);
  if (typeof trained !== "string") return trained.problem;
  for (const id of scripts)
    if ((await filesIn(join(made, nameOf(id)))).length === 0)
      return `${id} keeps nothing in ./model/ and trains every time`;
  const half = join(scratch, "half.csv");
  await everyOtherRow(join(competition.folder, competition.files.test), half);
  const rows = await withNewRows(competition, half, join(scratch, "half"));
  const anew = await submit(rows.competition, { given: null, kept: null });
  if (typeof anew !== "string") return anew.problem;
  const shuffled = await withShuffledAnswers(rows.competition, join(scratch, "shuffled"));
  const give = { given: (at: string) => join(made, nameOf(at)), kept: null };
  const loaded = await submit(shuffled, give);
  if (typeof loaded !== "string") return loaded.problem;
  const difference = await firstDifference(loaded, anew);
  return difference === null
    ? null
    : `from ./model/, without the training answers, other predictions come than from training (${difference})`;
}

/** The folder of a script's model, by its id or the place of its execution. */
function nameOf(at: string): string {
  return encodeURIComponent(at.replace(/\/final$/u, ""));
}

async function everyOtherRow(from: string, to: string): Promise<void> {
  const rows: string[][] = [];
  let at = 0;
  const visit = (values: readonly string[]) => {
    if (at % 2 === 0) rows.push([...values]);
    at += 1;
  };
  const { header } = await scanCsv(from, visit, Number.POSITIVE_INFINITY);
  await writeTable(to, header, rows);
}
