import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { runFiles } from "../../../runs/record/folder.ts";
import { type Named, NOTHING_NAMED, openHistory } from "../../../runs/record/history.ts";
import { redactorOf, secretsOf } from "../../../runs/record/secrets.ts";
import { openSandbox } from "../../../sandbox/choose.ts";
import type { Limits, SharedMounts } from "../../../sandbox/contract.ts";
import { pythonEnvironment } from "../../../sandbox/environment/python-environment.ts";
import { assignGpus, type GpuAssignment } from "../../../sandbox/gpu/assign.ts";
import { findGpus } from "../../../sandbox/gpu/devices.ts";
import { sharingEnvironment } from "../../../sandbox/gpu/sharing.ts";
import { readMachine, shareMachine } from "../../../sandbox/machine.ts";
import type { Competition } from "../../../tasks/competition.ts";
import { inspectCompetition } from "../../../tasks/profile/inspect.ts";
import type { Profile } from "../../../tasks/profile/profile.ts";
import { type Finding, findingLine } from "../../../tasks/profile/screen.ts";
import { type OpenReferee, openReferee } from "../../../tasks/referee/open.ts";
import type { Split, View } from "../../../tasks/referee/referee.ts";
import { type Brief, buildBrief } from "../../brief.ts";
import type { Config } from "../../config.ts";
import { openPython } from "../../python-source/python-source.ts";
import { catalogueSearch } from "../../search/catalogue.ts";
import { readUserCards } from "../../search/user-cards.ts";
import type { Environment } from "../environment.ts";
import { splitLines } from "../plan-split.ts";
import type { Progress } from "../terminal/progress.ts";
import { watchedSandbox } from "../terminal/watched-sandbox.ts";
import type { Checked } from "./check-run.ts";
import type { ModelRouting } from "./model-routing.ts";
import { openSharedMounts } from "./mounts.ts";
import { pastPlans } from "./past-plans.ts";
import type { SetUpTime } from "./set-up-time.ts";
import { slowWork } from "./slow-work.ts";
import { openWeb } from "./web.ts";

/** Closes one opened part; called in reverse order. */
export type Closing = () => Promise<unknown> | unknown;

/** A run that is locked, and what its parts are made from. */
export type ChosenRun = {
  config: Config;
  environment: Environment;
  competition: Competition;
  folder: string;
  id: string;
  routing: ModelRouting;
  runsDir: string;
  /** What the run began with, and what was lost of it since; null when it begins now. */
  recorded: Recorded | null;
  time: SetUpTime;
};

type Recorded = {
  brief: Brief;
  split: Split;
  frozen: Readonly<Record<string, string>>;
  named: Named;
  checked: Checked;
};

/** Opens Python first, then sandbox, referee and profile in parallel, with progress lines for the slow ones. */
export async function openParts(chosen: ChosenRun, progress: Progress, closings: Closing[]) {
  const { config, environment, competition, routing, recorded, time, runsDir, id } = chosen;
  const report = progress.line;
  const { cacheDir } = environment;
  await mkdir(cacheDir, { recursive: true });
  const { uncounted, signal } = time;
  const override = environment.python;
  const made = await pythonEnvironment({ cacheDir, override, report, signal, uncounted });
  const around = await openAround(chosen, report, closings);
  const { python } = made;
  const [gpuAssignment, referee, looked, machine, history] = await allOrNone([
    openLeasingSandbox(chosen, { ...made, ...around }, report, closings),
    closedLater(openOwnReferee(chosen, python, report), closings),
    // A resumed run keeps its brief, so the data need no second look.
    recorded === null
      ? slowWork("looking at the data", report, inspectCompetition(competition, python, signal))
      : recorded.brief,
    readMachine(),
    openOwnHistory(chosen, report),
  ]);
  const { sandbox, perExecution } = gpuAssignment;
  report(`model: ${routing.describe}; sandbox: ${sandbox.describe}`);
  reportData(referee.split, looked.findings ?? [], report);
  const { limits } = shareMachine(machine, config.memoryMb);
  const web = await openSearch(chosen, report, closings);
  const build = () =>
    buildBrief(competition, {
      profile: withoutHeldBack(looked.profile, referee.split),
      split: referee.split,
      packages: sandbox.packages,
      weights: around.weights,
      network: config.network,
      findings: looked.findings ?? [],
      limits: shareOf(limits, config, perExecution),
      seed: config.seed,
    });
  const parts = {
    history,
    sandbox: watchedSandbox(sandbox, progress),
    referee,
    python: await openPython(),
    models: {
      of: routing.modelFor,
      team: routing.teamFor,
      known: routing.known,
      playbook: routing.playbook,
    },
    pastPlans: () => pastPlans(runsDir, id),
    retrieval: {
      catalogue: catalogueSearch(join(environment.root, "agent", "search", "catalogue")),
      ...web,
    },
    redact: redactorOf(secretsOf(environment.all, config)),
    lost: recorded?.checked.lost ?? new Set<string>(),
  };
  return { brief: recorded?.brief ?? build(), parts };
}

/** What every execution sees besides its job. */
function openAround(
  { config, environment, folder, recorded }: ChosenRun,
  report: (line: string) => void,
  closings: Closing[],
) {
  return closedLater(
    openSharedMounts({
      network: config.network,
      cacheDir: environment.cacheDir,
      hub: environment.all.HF_ENDPOINT ?? null,
      logFile: runFiles(folder).network,
      expected: recorded?.brief.weights ?? [],
      report,
    }),
    closings,
  );
}

function openOwnHistory(
  { folder, id: run, environment, recorded }: ChosenRun,
  report: (line: string) => void,
) {
  const named = recorded?.named ?? NOTHING_NAMED;
  const path = environment.all.PATH ?? "";
  return openHistory(runFiles(folder).history, { run, path, named, report });
}

/** The referee; what it lays out for large tables takes a while, and says so. */
async function openOwnReferee(
  { competition, config, folder, recorded, time }: ChosenRun,
  python: string,
  report: (line: string) => void,
): Promise<OpenReferee> {
  const opening = openReferee({
    competition,
    python,
    folder: runFiles(folder).referee,
    seed: config.seed,
    subsample: config.subsample,
    known: recorded === null || recorded.checked.isSplitLost ? null : recorded.split,
    secondsLeft: time.secondsLeft,
  });
  const referee = await slowWork("splitting the training rows", report, opening);
  const input = (view: View) =>
    slowWork(`laying out the tables of ${view}`, report, referee.input(view));
  return { ...referee, input };
}

/** Reports the split, its reason and the findings of the data screen. */
function reportData(
  split: Split,
  findings: readonly Finding[],
  report: (line: string) => void,
): void {
  for (const line of splitLines(split)) report(`referee: ${line}`);
  for (const finding of findings) report(`data: ${findingLine(finding)}`);
}

/** The profile without files that are kept from scripts. */
function withoutHeldBack(profile: Profile, { heldBack = [] }: Split): Profile {
  return { ...profile, other: profile.other.filter(({ name }) => !heldBack.includes(name)) };
}

/** Places to search besides the catalogue, and the cards that the user gave. */
async function openSearch(
  { config, environment, competition, routing, runsDir }: ChosenRun,
  report: (line: string) => void,
  closings: Closing[],
) {
  const userCards = config.card === null ? [] : await readUserCards(config.card);
  const hasModel = !routing.isPlaybookOnly;
  const { id, title, aliases } = competition;
  const names = { id, title, aliases };
  const web = await openWeb(config, environment.all, { names, runsDir, hasModel });
  closings.push(() => web.reader.close());
  const places = web.providers.map(({ name }) => name);
  if (places.length > 0) {
    const filter = config.benchmark ? "; benchmark mode: nothing about this competition" : "";
    report(`search: catalogue, ${places.join(", ")}${filter}`);
  }
  return { web, userCards };
}

type Made = { python: string; packages: string[]; sharedMounts: SharedMounts };

/** The engine, with GPUs where there are any; a resumed run gets as many as before. */
async function openLeasingSandbox(
  chosen: ChosenRun,
  made: Made,
  report: (line: string) => void,
  closings: Closing[],
): Promise<GpuAssignment> {
  const { config, environment, recorded } = chosen;
  const { cacheDir, gpus: view } = environment;
  const wanted = recorded?.brief.limits.gpus ?? config.gpusPerExecution;
  const devices = wanted === 0 ? [] : await findGpus(view);
  const promisedMb = config.gpuMemoryMb;
  const { readOnly, environment: known, sockets } = made.sharedMounts;
  const shared = { ...known, ...sharingEnvironment(devices, promisedMb) };
  const own = { ...made, sharedMounts: { readOnly, environment: shared, sockets } };
  const opening = openChosenSandbox(chosen, own, report, devices.length > 0);
  const sandbox = await closedLater(opening, closings);
  const { signal } = chosen.time;
  return assignGpus(sandbox, { wanted, promisedMb, devices, view, cacheDir, report, signal });
}

function openChosenSandbox(
  { config, environment, id, routing, time }: ChosenRun,
  { python, packages, sharedMounts }: Made,
  report: (line: string) => void,
  usesGpus: boolean,
) {
  return openSandbox({
    wanted: config.sandbox,
    trustedCode: routing.isPlaybookOnly,
    cacheDir: environment.cacheDir,
    run: id,
    python,
    packages,
    report,
    baseImage: environment.baseImage,
    wheels: environment.wheels,
    root: environment.root,
    memoryMb: config.memoryMb,
    usesGpus,
    sharedMounts,
    podmanHost: environment.all.CONTAINER_HOST ?? null,
    uncounted: time.uncounted,
  });
}

/** What one execution gets. */
function shareOf({ memoryMb, cpus }: Limits, config: Config, gpus: number): Brief["limits"] {
  const gpuMemoryMb = gpus === 0 ? null : config.gpuMemoryMb;
  return { memoryMb, cpus, gpus, gpuMemoryMb, seconds: config.executionSeconds };
}

async function closedLater<T extends { close(): Promise<void> }>(
  opening: Promise<T>,
  closings: Closing[],
): Promise<T> {
  const opened = await opening;
  closings.push(() => opened.close());
  return opened;
}

/** Waits for all, also when one fails, so that the others can be closed. */
async function allOrNone<const T extends readonly unknown[]>(
  openings: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(openings);
  return Promise.all(openings);
}
