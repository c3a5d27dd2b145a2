import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { systemClock } from "../../runs/clock.ts";
import { removeRun, runFiles } from "../../runs/folder.ts";
import { openHistory } from "../../runs/history.ts";
import { type Journal, openJournal } from "../../runs/journal.ts";
import { lockRun } from "../../runs/lock.ts";
import { openSandbox } from "../../sandbox/choose.ts";
import type { Limits } from "../../sandbox/contract.ts";
import { readMachine, shareMachine } from "../../sandbox/machine.ts";
import { pythonEnvironment } from "../../sandbox/python-environment.ts";
import type { Competition } from "../../tasks/competition.ts";
import { dataHash } from "../../tasks/data-hash.ts";
import { loadCompetition } from "../../tasks/load.ts";
import { openReferee } from "../../tasks/open-referee.ts";
import { profileCompetition } from "../../tasks/profile.ts";
import { type Brief, buildBrief } from "../brief.ts";
import type { Config } from "../config.ts";
import { createRun, type RunHandle } from "../create-run.ts";
import { openPython } from "../python-source/python-source.ts";
import { catalogueSearch } from "../search/catalogue.ts";
import { checkIdentity, chooseRun, hashConfig } from "./choose-run.ts";
import type { Environment } from "./environment.ts";
import { type Cast, castModels } from "./models.ts";
import type { Progress } from "./progress.ts";
import { toolVersion } from "./version.ts";

/** What the user asked for. */
export type Wanted = {
  reference: string;
  config: Config;
  environment: Environment;
  runsDir: string;
  runId: string | null;
  fresh: boolean;
};

/** A run that is locked, journaled and ready to go on. */
export type OpenRun = {
  id: string;
  folder: string;
  journal: Journal;
  /** Null when the run has ended: there is nothing left to do but to look at it. */
  handle: RunHandle | null;
  close(): Promise<void>;
};

type Closing = () => Promise<unknown> | unknown;

/** Finds or makes the run, locks it, and puts its parts together. Whatever was opened is closed again on a failure. */
export async function openRun(wanted: Wanted, progress: Progress): Promise<OpenRun> {
  const closings: Closing[] = [];
  const close = async () => {
    for (const closing of closings.splice(0).reverse()) await closing();
  };
  try {
    return { ...(await open(wanted, progress, closings)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(
  wanted: Wanted,
  progress: Progress,
  closings: Closing[],
): Promise<Omit<OpenRun, "close">> {
  const { config, environment } = wanted;
  const competition = await loadCompetition(wanted.reference, { tasksDir: environment.tasksDir });
  const identity = { configHash: hashConfig(config), dataHash: await dataHash(competition) };
  const runsDir = resolve(wanted.runsDir);
  const cast = await castModels(config, environment, runsDir, progress.line);
  const { id, folder } = await chooseRun(wanted, runsDir, competition.id, identity, progress);
  const lock = await lockRun(folder);
  closings.push(() => lock.release());
  const journal = await openJournal(runFiles(folder).journal, { clock: systemClock });
  // A run that could not begin (no engine, no Python) leaves nothing behind.
  closings.push(() => journal.events.length > 0 || removeRun(runsDir, competition.id, id));
  closings.push(() => journal.close());
  journal.subscribe(progress.event);
  checkIdentity(journal, identity, id);
  if (journal.find("run-ended", "run-ended") !== null) return { id, folder, journal, handle: null };
  if (journal.events.length > 0) {
    const session = 1 + journal.events.filter((event) => event.type === "run-resumed").length;
    await journal.append("run-resumed", "run-resumed", { session, pid: process.pid });
  }
  const recorded = journal.find("run-started", "run-started")?.value ?? null;
  const recordedBrief = recorded === null ? null : (recorded.brief as Brief);
  const { brief, parts } = await openParts(
    { wanted, competition, folder, id, cast, recordedBrief },
    progress,
    closings,
  );
  const started = await journal.step("run-started", "run-started", async () => ({
    version: await toolVersion(),
    competition: {
      id: competition.id,
      title: competition.title,
      metric: competition.metric.name,
      direction: competition.metric.direction,
    },
    config,
    ...identity,
    seed: config.seed,
    model: cast.describe,
    sandbox: parts.sandbox.describe,
    packages: [...brief.packages],
    mode:
      parts.referee.split.kind === "self-reported"
        ? ("self-reported" as const)
        : ("referee" as const),
    split: parts.referee.split,
    brief,
  }));
  const handle = createRun({
    ...parts,
    brief: started.brief as Brief,
    id,
    folder,
    config,
    competition,
    journal,
  });
  return { id, folder, journal, handle };
}

/** A run that is locked, and what its parts are made from. */
type Chosen = {
  wanted: Wanted;
  competition: Competition;
  folder: string;
  id: string;
  cast: Cast;
  /** The brief that the run began with; null when it begins now. */
  recordedBrief: Brief | null;
};

/** Python, sandbox, referee, profile, brief: slow to make, each told of while it is made. */
async function openParts(
  { wanted, competition, folder, id, cast, recordedBrief }: Chosen,
  progress: Progress,
  closings: Closing[],
) {
  const { config, environment } = wanted;
  const files = runFiles(folder);
  const report = progress.line;
  const { cacheDir } = environment;
  await mkdir(cacheDir, { recursive: true });
  const { python, packages } = await pythonEnvironment({
    cacheDir,
    override: environment.python,
    report,
  });
  const sandbox = await openSandbox({
    wanted: config.sandbox,
    trustedCode: cast.isPlaybookOnly,
    cacheDir,
    run: id,
    python,
    packages,
    report,
    baseImage: environment.baseImage,
    wheels: environment.wheels,
    root: environment.root,
    memoryMb: config.memoryMb,
    surroundings: { readOnly: [], environment: {}, sockets: [] },
  });
  closings.push(() => sandbox.close());
  report(`model: ${cast.describe}; sandbox: ${sandbox.describe}`);
  const referee = await openReferee({
    competition,
    python,
    folder: files.referee,
    seed: config.seed,
    subsample: config.subsample,
  });
  closings.push(() => referee.close());
  report(`referee: ${referee.split.why}`);
  const machine = await readMachine();
  const { limits } = shareMachine(machine, config.memoryMb);
  const hasGpu = sandbox.name === "docker" && machine.gpus.length > 0;
  // A run goes on with the brief it began with: the data need not be looked at again.
  const build = async () =>
    buildBrief(competition, {
      profile: await profileCompetition(competition, python),
      split: referee.split,
      packages: sandbox.packages,
      limits: shareOf(limits, config, hasGpu),
      seed: config.seed,
    });
  const brief = recordedBrief ?? (await build());
  const parts = {
    history: await openHistory(files.history, { run: id, path: environment.all.PATH ?? "" }),
    sandbox,
    referee,
    search: catalogueSearch(join(environment.root, "agent", "search", "catalogue")),
    python: await openPython(),
    playbook: cast.playbook,
    modelFor: cast.modelFor,
  };
  return { brief, parts };
}

/** What one execution gets; a GPU each where there is one, containers alone can hand it on. */
function shareOf({ memoryMb, cpus }: Limits, config: Config, hasGpu: boolean): Brief["limits"] {
  return { memoryMb, cpus, gpus: hasGpu ? 1 : 0, seconds: config.executionSeconds };
}
