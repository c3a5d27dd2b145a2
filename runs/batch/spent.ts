import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { RunRefused } from "../errors.ts";
import { runFiles } from "../record/folder.ts";
import { type Summary, summarizeRun } from "../report/summary.ts";
import { type Job, RUN_ID, runsOf } from "./matrix.ts";

/** What a job has used so far; `usd` is null where a price is unknown. */
export type Spent = { usd: number | null; tokens: number; hours: number };

export const NOTHING: Spent = { usd: 0, tokens: 0, hours: 0 };

/** The run folder of a job, or null before it has begun. */
export async function runFolderOf(job: Job): Promise<string | null> {
  const runs = runsOf(job);
  const names = await readdir(runs).catch((): string[] => []);
  const found = names.map((name) => join(runs, name, RUN_ID));
  return found.find((folder) => existsSync(runFiles(folder).journal)) ?? null;
}

/** The summary of a job's run: as it was written at its end where it has ended, else of its journal so far. */
export async function summaryOf(job: Job, hasEnded: boolean): Promise<Summary | null> {
  const folder = await runFolderOf(job);
  if (folder === null) return null;
  if (hasEnded) {
    const text = await readFile(runFiles(folder).summary, "utf8").catch(() => null);
    if (text !== null) return JSON.parse(text) as Summary;
  }
  return summarizeRun(folder).catch((error: unknown) => {
    // A journal that is being written, or is damaged: the job itself says so when it goes on.
    if (error instanceof RunRefused) return null;
    throw error;
  });
}

/** What a job has used. */
export async function spentBy(job: Job, hasEnded: boolean): Promise<Spent> {
  const summary = await summaryOf(job, hasEnded);
  if (summary === null) return NOTHING;
  return { usd: summary.usd, tokens: summary.tokens, hours: summary.seconds / 3600 };
}
