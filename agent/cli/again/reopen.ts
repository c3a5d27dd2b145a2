import { existsSync } from "node:fs";
import { cp, mkdir, readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { systemClock } from "../../../runs/clock.ts";
import { RunRefused } from "../../../runs/errors.ts";
import type { Event, EventValue } from "../../../runs/events/events.ts";
import { usedMembers } from "../../../runs/events/scoring.ts";
import { runFiles } from "../../../runs/record/folder.ts";
import { NOTHING_NAMED, readHistory } from "../../../runs/record/history.ts";
import { openJournal } from "../../../runs/record/journal.ts";
import type { Competition } from "../../../tasks/competition.ts";
import type { Brief } from "../../brief.ts";
import type { Config } from "../../config.ts";
import { playbookModel } from "../../models/playbook/playbook.ts";
import { createRun } from "../../run/create.ts";
import { executeView } from "../../run/execute.ts";
import type { Run } from "../../run/run.ts";
import type { Solution } from "../../solution.ts";
import type { Environment } from "../environment.ts";
import { type Closing, openParts } from "../open/parts.ts";
import { openSetUpTime } from "../open/set-up-time.ts";
import type { Progress } from "../terminal/progress.ts";

/** A run that is there, and where to look at it. */
export type Past = {
  folder: string;
  events: readonly Event[];
  started: EventValue<"run-started">;
  competition: Competition;
  environment: Environment;
  progress: Progress;
};

/** What was recorded of a run, whether or not its data are still there. */
export type Recorded = Pick<Past, "folder" | "events" | "environment">;

/** What is taken along of the referee's folder: all but the views, or, for other rows, how blends are made. */
type Kept = "split" | "recipes";

/** Opens a run's engine, limits and referee in a folder of their own; nothing is written to the run that is looked at. */
export async function openAgain(
  past: Past,
  folder: string,
  { kept, closings }: { kept: Kept; closings: Closing[] },
): Promise<Run> {
  const { started, competition, environment, progress } = past;
  const config = started.config as Config;
  const { journal: file } = runFiles(folder);
  await (kept === "split" ? takeSplit(past, folder) : takeRecipes(past, folder));
  const recorded = {
    brief: started.brief as Brief,
    split: started.split,
    frozen: started.frozen,
    named: NOTHING_NAMED,
    checked: { lost: new Set<string>(), isSplitLost: kept === "recipes" },
  };
  const id = `again-${basename(past.folder)}`;
  // Nothing is searched again: the scripts are there.
  const unsearched = { ...config, search: "none", card: null, model: "playbook" };
  const runsDir = dirname(dirname(past.folder));
  const where = { environment, competition, folder, id, routing: routingOf(past), runsDir };
  const begun = performance.now();
  const time = openSetUpTime(null, 0, { begun, stop: new AbortController().signal });
  const { brief, parts } = await openParts(
    { ...where, config: unsearched, recorded, time },
    progress,
    closings,
  );
  const journal = await openJournal(file, { clock: systemClock });
  closings.push(() => journal.close());
  const unlimited = { timeLimit: null, maxUsd: null, maxTokens: null, maxExecutions: null };
  const own = { ...config, ...unlimited };
  return createRun({ ...parts, memory: null, brief, id, folder, config: own, competition, journal })
    .run;
}

/** No model is asked; whether the scripts are the playbook's own decides where they may run. */
function routingOf({ started, events }: Past) {
  const playbook = playbookModel({ seed: (started.config as Config).seed });
  const isPlaybookOnly = events.every(
    (event) => event.type !== "answered" || event.value.model === playbook.name,
  );
  return {
    describe: "none",
    isPlaybookOnly,
    replays: null,
    playbook,
    all: [],
    modelFor: () => playbook,
    teamFor: () => null,
    known: async () => ({ runs: 0, records: [] }),
  };
}

/** How a blend is made of its members' predictions (`tasks/referee/python/referee/blending/bank.py`). */
const RECIPE = "blend.json";

export async function takeSplit(past: Pick<Past, "folder">, folder: string): Promise<void> {
  const isLaidOut = (path: string) => basename(path) !== "views";
  const [from, to] = [runFiles(past.folder).referee, runFiles(folder).referee];
  await cp(from, to, { recursive: true, filter: isLaidOut });
}

export async function takeRecipes(past: Pick<Past, "folder">, folder: string): Promise<void> {
  const bankOf = (run: string) => join(runFiles(run).referee, "bank");
  for (const name of await readdir(bankOf(past.folder))) {
    const recipe = join(bankOf(past.folder), name, RECIPE);
    if (!existsSync(recipe)) continue;
    await mkdir(join(bankOf(folder), name), { recursive: true });
    await cp(recipe, join(bankOf(folder), name, RECIPE));
  }
}

/** The solution whose submission stands, its scripts, and how they are blended. */
export type StandingScripts = {
  solution: string;
  scripts: Solution[];
  blend: EventValue<"blended"> | null;
};

/** What made the submission of a run; null where that is a constant. Throws `RunRefused` for a run that submitted nothing. */
export async function standingScripts(past: Recorded): Promise<StandingScripts | null> {
  const written = past.events.findLast((event) => event.type === "submission-written")?.value;
  if (written === undefined) throw new RunRefused(`${past.folder}: the run submitted nothing`);
  return written.solution === null ? null : scriptsOf(past, written.solution);
}

/** The scripts of a solution or blend of a run. */
export async function scriptsOf(past: Recorded, solution: string): Promise<StandingScripts> {
  const blend = past.events
    .filter((event) => event.type === "blended")
    .find((event) => event.value.solution === solution)?.value;
  const used = blend === undefined ? [solution] : usedMembers(blend);
  const scripts = await Promise.all(used.map((id) => scriptOf(past, id)));
  return { solution, scripts, blend: blend ?? null };
}

/** Runs scripts on all training rows and the test table of an opened run: the file of the submission, or why there is none. */
export async function submitAgain(
  run: Run,
  { solution, scripts, blend }: StandingScripts,
): Promise<string | { problem: string }> {
  const outcomes = await Promise.all(
    scripts.map(async (script) => ({ script, outcome: await executeView(run, script, "final") })),
  );
  const files: string[] = [];
  for (const { script, outcome } of outcomes) {
    if (outcome === null || outcome.submission === null)
      return { problem: `${script.id}: ${outcome?.reason ?? "it was not run"}` };
    files.push(join(run.folder, outcome.submission));
  }
  const [only = ""] = files;
  return blend === null ? only : run.referee.applyBlend({ ...blend, id: solution }, "final");
}

async function scriptOf({ folder, events, environment }: Recorded, id: string): Promise<Solution> {
  const evaluated = events
    .filter((event) => event.type === "evaluated")
    .find((event) => event.value.solution === id)?.value;
  if (evaluated === undefined) throw new Error(`${id} was submitted and never evaluated`);
  const history = readHistory(runFiles(folder).history, { path: environment.all.PATH ?? "" });
  const { parent, track, plan, commit } = evaluated;
  const code = await history.read(commit, "solution.py");
  return { id, code, parent, track, plan, origin: evaluated.origin };
}
