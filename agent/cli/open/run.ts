import { rm } from "node:fs/promises";
import { resolve } from "node:path";
import { systemClock } from "../../../runs/clock.ts";
import { ConfigInvalid } from "../../../runs/errors.ts";
import { inTime } from "../../../runs/patience.ts";
import { removeRun, runFiles } from "../../../runs/record/folder.ts";
import { type Journal, openJournal } from "../../../runs/record/journal.ts";
import { lockRun } from "../../../runs/record/lock.ts";
import { hashFrozen, namedCommits } from "../../../runs/record/losses.ts";
import { redactorOf, secretsOf } from "../../../runs/record/secrets.ts";
import { dataHash } from "../../../tasks/data-hash.ts";
import { loadWithPreparation, sampleSubmission } from "../../../tasks/load.ts";
import { thresholdsOf } from "../../../tasks/mle-bench/thresholds.ts";
import { INTERVAL_RULE, type Referee, type Split } from "../../../tasks/referee/referee.ts";
import type { Brief } from "../../brief.ts";
import type { Config } from "../../config.ts";
import { helloRequest } from "../../models/check-model.ts";
import { bookLostCalls } from "../../run/ask/lost-calls.ts";
import { createRun, type RunHandle } from "../../run/create.ts";
import { mostFolds } from "../../run/folds.ts";
import type { Environment } from "../environment.ts";
import { toolVersion } from "../environment.ts";
import { type GivenWords, givenBy } from "../given.ts";
import { preparerOf } from "../preparer.ts";
import type { Progress } from "../terminal/progress.ts";
import { type Checked, checkFrozenAgain, checkRun, isWholeToTheEnd } from "./check-run.ts";
import {
  checkEnvironment,
  checkIdentity,
  chooseRun,
  hashConfig,
  type Identity,
} from "./choose-run.ts";
import { memoryOf, type OpenedBank, openBankIn } from "./memory.ts";
import { type ModelRouting, routeModels } from "./model-routing.ts";
import { type ChosenRun, type Closing, openParts } from "./parts.ts";
import { openSetUpTime, type SetUpTime } from "./set-up-time.ts";
import { slowWork } from "./slow-work.ts";
import { isCut, leaveUnbegun } from "./too-late.ts";
import { openTracing } from "./tracing.ts";

/** What the user asked for. */
export type Wanted = {
  reference: string;
  /** What the user says of a folder that has no `task.yaml`. */
  given: GivenWords;
  config: Config;
  environment: Environment;
  runsDir: string;
  runId: string | null;
  fresh: boolean;
};

/** A locked run with its journal open. */
export type OpenRun = {
  id: string;
  folder: string;
  journal: Journal;
  /** What the run learns from and leaves something in; null: nothing. */
  memory: OpenedBank | null;
  /** Null when there is nothing to work on: the run has ended, or its time limit passed before it could begin. */
  handle: RunHandle | null;
  close(): Promise<void>;
};

/** Closing one part takes at most this long. */
const CLOSING_SECONDS = 10;

/**
 * Finds or makes the run, locks it, and puts its parts together. Whatever was opened is closed again on a failure.
 * `stop` ends the set-up.
 */
export async function openRun(
  wanted: Wanted,
  progress: Progress,
  stop: AbortSignal,
): Promise<OpenRun> {
  const closings: Closing[] = [];
  const close = async () => {
    // What hangs is left to itself: the program ends all the same.
    for (const closing of closings.splice(0).reverse())
      await inTime(Promise.resolve(closing()), CLOSING_SECONDS);
  };
  try {
    return { ...(await open(wanted, progress, { closings, stop })), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(
  wanted: Wanted,
  progress: Progress,
  { closings, stop }: { closings: Closing[]; stop: AbortSignal },
): Promise<Omit<OpenRun, "close">> {
  const begun = performance.now();
  const { config, environment } = wanted;
  const loading = openSetUpTime(config.timeLimit, 0, { begun, stop });
  const loaded = await loading
    .spend(() => loadData(wanted, progress))
    .catch((error: unknown) => leaveUnread(error, wanted, { progress, closings, loading }));
  if ("handle" in loaded) return loaded;
  const { competition, identity } = loaded;
  const runsDir = resolve(wanted.runsDir);
  const routing = await routeModels(config, environment, runsDir, progress.line);
  checkPrices(config, routing);
  const memory = await openOwnBank(wanted, progress.line);
  const of = { competition: competition.id, identity };
  const { id, folder, journal } = await openRecord(wanted, of, progress, closings);
  checkIdentity(journal, identity, id);
  const report = progress.line;
  if (await isDone(journal, folder, { path: environment.all.PATH ?? "", report })) {
    report(`run ${id} has ended; start a new one with --fresh`);
    return { id, folder, journal, handle: null, memory };
  }
  const checked = await checkRun(folder, journal, report);
  const recorded = await resume(journal, checked);
  const own = { ...config, timeLimit: timeLimitOf(journal, config) };
  const spentBefore = journal.events.at(-1)?.elapsed ?? 0;
  const time = openSetUpTime(own.timeLimit, spentBefore, { begun, stop });
  const chosen = { config, environment, competition, folder, id, routing, runsDir, recorded, time };
  const opened = await time
    .spend(() => openParts(chosen, progress, closings))
    .catch(async (error: unknown) => {
      const sample = () => sampleSubmission(wanted.reference, competition);
      const unbegun = { folder, journal, identity, seconds: time.seconds(), sample };
      await leaveUnbegun(error, unbegun, report);
      return null;
    });
  if (opened === null) return { id, folder, journal, handle: null, memory };
  const { brief, parts } = opened;
  if (recorded !== null && checked.isSplitLost) await checkFrozenAgain(folder, recorded);
  await checkEnvironment(journal, parts.sandbox, id, progress);
  journal.beginWork(time.seconds());
  const facts = { ...loaded, wanted, routing, folder, brief, parts };
  const started = await journal.step("run-started", "run-started", () => openingOf(facts));
  const made = { ...parts, id, folder, config: own, competition, journal };
  const remembered = await memoryOf(memory, config, { started, id, runsDir });
  const handle = createRun({ ...made, memory: remembered, brief: started.brief as Brief });
  return { id, folder, journal, handle, memory };
}

/** The memory in the folder that is named; a replay adds nothing to it, and is shown what its run was shown. */
async function openOwnBank(
  { config, environment }: Wanted,
  report: (line: string) => void,
): Promise<OpenedBank | null> {
  if (config.memory === null || config.model.startsWith("replay:")) return null;
  return openBankIn(config.memory, config, environment, report);
}

/** A run that has ended has decided everything: what was lost of it is made again, however little time it had left. */
function timeLimitOf(journal: Journal, { timeLimit }: Config): number | null {
  return journal.find("run-ended", "run-ended") === null ? timeLimit : null;
}

/** Finds or makes the folder of a run, locks it and opens its journal. */
async function openRecord(
  wanted: Wanted,
  { competition, identity }: { competition: string; identity: Identity | null },
  progress: Progress,
  closings: Closing[],
): Promise<Pick<OpenRun, "id" | "folder" | "journal">> {
  const { config, environment } = wanted;
  const runsDir = resolve(wanted.runsDir);
  const { id, folder, made } = await chooseRun(wanted, runsDir, competition, identity, progress);
  const lock = await lockRun(folder);
  closings.push(() => lock.release());
  const redact = redactorOf(secretsOf(environment.all, config));
  const journal = await openJournal(runFiles(folder).journal, { clock: systemClock, redact });
  // A run that could not start (no engine, no Python) leaves no folder.
  const removal = made === null ? null : { competition, id, made };
  closings.push(() => journal.events.length > 0 || removal === null || removeRun(runsDir, removal));
  closings.push(() => journal.close());
  journal.subscribe(progress.event);
  const tracing = { env: environment.all, redact, report: progress.line };
  closings.push(await openTracing({ journal, folder, endpoint: config.traceEndpoint, ...tracing }));
  return { id, folder, journal };
}

/** What is left of a run whose time limit passed before its data were read. Throws `error` where nothing can be. */
async function leaveUnread(
  error: unknown,
  wanted: Wanted,
  { progress, closings, loading }: { progress: Progress; closings: Closing[]; loading: SetUpTime },
): Promise<Omit<OpenRun, "close">> {
  if (!isCut(error)) throw error;
  const { reference, environment } = wanted;
  const sample = await sampleSubmission(reference, null, environment.tasksDir);
  if (sample === null) throw error;
  const of = { competition: sample.competition, identity: null };
  const record = await openRecord(wanted, of, progress, closings);
  const seconds = loading.seconds();
  const unbegun = { ...record, identity: null, seconds, sample: () => Promise.resolve(sample) };
  await leaveUnbegun(error, unbegun, progress.line);
  return { ...record, handle: null, memory: null };
}

/** The competition, how its files were read, and what resuming must not change. */
async function loadData(
  { reference, given, config, environment }: Wanted,
  { line: report }: Progress,
) {
  const loading = loadWithPreparation(reference, {
    tasksDir: environment.tasksDir,
    report,
    preparer: preparerOf(environment, report),
    given: givenBy(given),
    benchDataDir: environment.benchDataDir,
  });
  const loaded = await slowWork("reading and checking the tables", report, loading);
  const hashed = await slowWork("hashing the data", report, dataHash(loaded.competition));
  return { ...loaded, identity: { configHash: hashConfig(config), dataHash: hashed } };
}

/** What a run begins with. */
type Opening = Awaited<ReturnType<typeof loadData>> & {
  wanted: Wanted;
  routing: Awaited<ReturnType<typeof routeModels>>;
  folder: string;
} & Awaited<ReturnType<typeof openParts>>;

/** What the first line of its journal says of a run. */
async function openingOf(opening: Opening) {
  const { wanted, competition, preparation, identity, routing, folder, brief, parts } = opening;
  const { config } = wanted;
  const { split } = parts.referee;
  return {
    version: await toolVersion(),
    competition: {
      id: competition.id,
      title: competition.title,
      metric: competition.metric.name,
      direction: competition.metric.direction,
      folder: preparation?.folder ?? competition.folder,
      preparation,
      given: wanted.given,
      thresholds: await thresholdsOf(wanted.reference, competition),
    },
    config,
    ...identity,
    seed: config.seed,
    model: routing.describe,
    replays: routing.replays,
    sandbox: parts.sandbox.describe,
    protectsFiles: parts.sandbox.protectsFiles,
    network: config.network,
    intervalRule: INTERVAL_RULE,
    packages: [...brief.packages],
    mode: modeOf(split),
    split,
    constantScores: await constantScoresOf(parts.referee, config),
    frozen: await hashFrozen(runFiles(folder).referee),
    findings: [...(brief.findings ?? [])],
    brief,
  };
}

/** What a constant scores, on the folds that score every solution and on the sealed rows. */
async function constantScoresOf({ split, constantScores }: Referee, config: Config) {
  if (split.kind === "self-reported") return null;
  const scoring = split.folds.slice(0, mostFolds(config, split));
  return constantScores(scoring.map(({ view }) => view));
}

/** What an earlier session began with; null when the run begins now. */
async function resume(journal: Journal, checked: Checked): Promise<ChosenRun["recorded"]> {
  const named = namedCommits(journal.events);
  if (journal.events.length > 0) {
    const session = 1 + journal.events.filter((event) => event.type === "run-resumed").length;
    await journal.append("run-resumed", "run-resumed", { session, pid: process.pid });
    await bookLostCalls(journal);
  }
  const begun = journal.find("run-started", "run-started")?.value;
  if (begun === undefined) return null;
  const { split, frozen } = begun;
  return { brief: begun.brief as Brief, split, frozen, named, checked };
}

/**
 * Whether the run has ended, and there is nothing to do for it. One that lost what it came to is gone through once
 * more, without a call of a model; one that a user interrupted would go on, so it is left as it is.
 */
async function isDone(
  journal: Journal,
  folder: string,
  around: { path: string; report: (line: string) => void },
): Promise<boolean> {
  const ended = journal.find("run-ended", "run-ended")?.value;
  if (ended === undefined) return false;
  if (ended.status === "interrupted" || (await isWholeToTheEnd(folder, journal, around)))
    return true;
  // The journal goes on, so that what it certifies is not this one any more.
  await rm(runFiles(folder).certificate, { force: true });
  return false;
}

function modeOf({ kind }: Split): "self-reported" | "referee" {
  return kind === "self-reported" ? "self-reported" : "referee";
}

/** Refuses a dollar limit where a price is unknown, before anything is spent. Throws `ConfigInvalid`. */
function checkPrices(config: Config, routing: ModelRouting): void {
  if (config.maxUsd === null) return;
  for (const { model } of routing.all) {
    if (model.worstCase(helloRequest()).usd !== null) continue;
    throw new ConfigInvalid(
      `--max-usd ${config.maxUsd} cannot be enforced: the price of model ${model.name} is unknown. Add it to a price table (--prices <file>; the entry "*" holds for all other models), or use --max-tokens instead`,
    );
  }
}
