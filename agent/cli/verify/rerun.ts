import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { Finding } from "../../../runs/certificate/verify.ts";
import { systemClock } from "../../../runs/clock.ts";
import type { Event, EventValue } from "../../../runs/events/events.ts";
import { usedMembers } from "../../../runs/events/scoring.ts";
import { runFiles } from "../../../runs/record/folder.ts";
import { NOTHING_NAMED, readHistory } from "../../../runs/record/history.ts";
import { openJournal } from "../../../runs/record/journal.ts";
import type { Competition } from "../../../tasks/competition.ts";
import { scanCsv } from "../../../tasks/tables/csv.ts";
import type { Brief } from "../../brief.ts";
import type { Config } from "../../config.ts";
import { playbookModel } from "../../models/playbook/playbook.ts";
import { submissionOf } from "../../phases/publish.ts";
import { createRun } from "../../run/create.ts";
import type { Run } from "../../run/run.ts";
import type { Solution } from "../../solution.ts";
import type { Environment } from "../environment.ts";
import { type Closing, openParts } from "../open/parts.ts";
import { openSetUpTime } from "../open/set-up-time.ts";
import type { Progress } from "../progress.ts";

/** A run that has ended, and where to look at it. */
export type Past = {
  folder: string;
  events: readonly Event[];
  started: EventValue<"run-started">;
  competition: Competition;
  environment: Environment;
  progress: Progress;
};

/** Runs the stored scripts once more, in a sandbox and a folder of their own, and compares what they submit. */
export async function rerunSubmission(past: Past): Promise<Finding> {
  const check = "rerun";
  const written = past.events.findLast((event) => event.type === "submission-written")?.value;
  if (written === undefined) return { check, ok: null, detail: "the run submitted nothing" };
  if (written.solution === null)
    return { check, ok: null, detail: "a constant was submitted, which no script made" };
  const closings: Closing[] = [];
  const folder = await mkdtemp(join(tmpdir(), "mle-star-rerun-"));
  closings.push(() => rm(folder, { recursive: true, force: true }));
  try {
    const run = await openAgain(past, folder, closings);
    const again = await submitAgain(run, past, written.solution);
    if (again === null)
      return { check, ok: false, detail: `${written.solution} left no valid submission this time` };
    return await compareTables(runFiles(past.folder).submission, again);
  } finally {
    for (const closing of closings.reverse()) await closing();
  }
}

/** The same data, split, limits and engine; nothing is written to the run that is looked at. */
async function openAgain(past: Past, folder: string, closings: Closing[]): Promise<Run> {
  const { started, competition, environment, progress, events } = past;
  const config = started.config as Config;
  const isLaidOut = (path: string) => basename(path) !== "views";
  const { referee, journal: file } = runFiles(folder);
  await cp(runFiles(past.folder).referee, referee, { recursive: true, filter: isLaidOut });
  const playbook = playbookModel({ seed: config.seed });
  const isPlaybookOnly = events.every(
    (event) => event.type !== "answered" || event.value.model === playbook.name,
  );
  const routing = {
    describe: "none",
    isPlaybookOnly,
    replays: null,
    playbook,
    all: [],
    modelFor: () => playbook,
  };
  const recorded = {
    brief: started.brief as Brief,
    split: started.split,
    frozen: started.frozen,
    named: NOTHING_NAMED,
    checked: { lost: new Set<string>(), isSplitLost: false },
  };
  const id = `rerun-${basename(past.folder)}`;
  // Nothing is searched again: the scripts are there.
  const unsearched = { ...config, search: "none", card: null, model: "playbook" };
  const runsDir = dirname(dirname(past.folder));
  const where = { environment, competition, folder, id, routing, runsDir };
  const { brief, parts } = await openParts(
    { ...where, config: unsearched, recorded, time: openSetUpTime(null, 0) },
    progress,
    closings,
  );
  const journal = await openJournal(file, { clock: systemClock });
  closings.push(() => journal.close());
  const unlimited = { timeLimit: null, maxUsd: null, maxTokens: null, maxExecutions: null };
  const own = { ...config, ...unlimited };
  return createRun({ ...parts, brief, id, folder, config: own, competition, journal }).run;
}

async function submitAgain(run: Run, past: Past, solution: string): Promise<string | null> {
  const blended = past.events
    .filter((event) => event.type === "blended")
    .find((event) => event.value.solution === solution)?.value;
  const used = blended === undefined ? [solution] : usedMembers(blended);
  const scripts = await Promise.all(used.map((id) => scriptOf(past, id)));
  const files = await Promise.all(scripts.map((script) => submissionOf(run, script)));
  if (files.some((file) => file === null)) return null;
  if (blended === undefined) return files[0] ?? null;
  return run.referee.applyBlend({ ...blended, id: solution }, "final");
}

async function scriptOf({ folder, events, environment }: Past, id: string): Promise<Solution> {
  const evaluated = events
    .filter((event) => event.type === "evaluated")
    .find((event) => event.value.solution === id)?.value;
  if (evaluated === undefined) throw new Error(`${id} was submitted and never evaluated`);
  const history = readHistory(runFiles(folder).history, { path: environment.all.PATH ?? "" });
  const { parent, track, plan, commit } = evaluated;
  const code = await history.read(commit, "solution.py");
  return { id, code, parent, track, plan, origin: evaluated.origin };
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
