import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Finding } from "../../../runs/certificate/verify.ts";
import { runFiles } from "../../../runs/record/folder.ts";
import { scanCsv } from "../../../tasks/tables/csv.ts";
import { openAgain, type Past, standingScripts, submitAgain } from "../again/reopen.ts";
import type { Closing } from "../open/parts.ts";

/** Runs the stored scripts once more, in a sandbox and a folder of their own, and compares what they submit. */
export async function rerunSubmission(past: Past): Promise<Finding> {
  const check = "rerun";
  if (!past.events.some(({ type }) => type === "submission-written"))
    return { check, ok: null, detail: "the run submitted nothing" };
  const standing = await standingScripts(past);
  if (standing === null)
    return { check, ok: null, detail: "a constant was submitted, which no script made" };
  const closings: Closing[] = [];
  const folder = await mkdtemp(join(tmpdir(), "mle-star-rerun-"));
  closings.push(() => rm(folder, { recursive: true, force: true }));
  try {
    const run = await openAgain(past, folder, { kept: "split", closings });
    const again = await submitAgain(run, standing);
    if (typeof again !== "string")
      return { check, ok: false, detail: `no valid submission this time: ${again.problem}` };
    return await compareTables(runFiles(past.folder).submission, again);
  } finally {
    for (const closing of closings.reverse()) await closing();
  }
}

/** Numbers may differ by what other hardware adds up in another order. */
const TOLERANCE = 1e-6;

async function compareTables(was: string, now: string): Promise<Finding> {
  const check = "rerun";
  const [before, after] = [await cellsOf(was), await cellsOf(now)];
  const differing = before.findIndex((row, at) => !sameRow(row, after[at] ?? []));
  if (before.length === after.length && differing === -1)
    return { check, ok: true, detail: `the stored scripts submit the same ${before.length} rows` };
  const row = before[differing]?.join(",") ?? "";
  const detail = `row ${differing + 1} was ${row}, is ${after[differing]?.join(",") ?? "absent"}`;
  return { check, ok: false, detail };
}

async function cellsOf(file: string): Promise<string[][]> {
  const rows: string[][] = [];
  await scanCsv(file, (values) => void rows.push([...values]), Number.POSITIVE_INFINITY);
  return rows;
}

function sameRow(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((cell, at) => sameCell(cell, b[at] ?? ""));
}

function sameCell(a: string, b: string): boolean {
  if (a === b) return true;
  const [x, y] = [Number(a), Number(b)];
  return Math.abs(x - y) <= TOLERANCE * Math.max(1, Math.abs(x));
}
