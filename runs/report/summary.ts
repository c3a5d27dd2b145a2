import { existsSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import type { Event, EventValue, Thresholds } from "../events/events.ts";
import type { Direction, Projection } from "../events/scoring.ts";
import type { Check } from "../events/submission.ts";
import { allTokens, type Spent, spentOn } from "../ledger.ts";
import { runFiles } from "../record/folder.ts";
import { readEvents } from "../record/journal-lines.ts";
import { type Attempt, attemptsOf } from "./attempts.ts";
import { type ConstantReached, constantReached } from "./constant-reached.ts";
import { type Cost, costOfRun } from "./cost.ts";
import { expectedScoreOf } from "./expected-score.ts";
import { protectsFilesIn } from "./protection.ts";
import { type SubmissionKind, submissionKind } from "./text/submission-words.ts";

/** How a run stands; `unfinished`: at work, or ended by force, and `paused`: ready to be resumed. */
export type RunStatus = EventValue<"run-ended">["status"] | "faulted" | "paused" | "unfinished";

const MAX_HELPS = 3;

/** An accepted change and what it brought. */
export type Help = { solution: string; gain: number; standardError: number | null; what: string };

/** The submission that stands. */
export type Submitted = {
  kind: SubmissionKind;
  /** Null: a constant or the sample submission, of no script. */
  solution: string | null;
  unchecked: Check[];
  /** Whether it is of the best solution so far. */
  isBest: boolean;
};

/** What a run came to; every number is a fold of its journal. */
export type Summary = {
  run: string;
  competition: string;
  title: string | null;
  metric: string | null;
  direction: Direction | null;
  status: RunStatus;
  /** The limit that ended it. */
  limit: string | null;
  startedAt: string | null;
  submission: string | null;
  /** What the submission is of, and what it is not checked by yet; null where there is none. */
  submitted: Submitted | null;
  bestSolution: string | null;
  /** On the validation rows that the search saw. */
  searchScore: number | null;
  searchInterval: [number, number] | null;
  /** The search score without the selection bias of the best of so many tries. */
  correctedScore: number | null;
  tries: number | null;
  /** On the sealed holdout, opened once. */
  sealedScore: number | null;
  /** Of the score on the test rows, by the sealed one and what differs there; it holds the sealed score. */
  sealedInterval: [number, number] | null;
  /** What the submission is expected to score there, and the part of each correction. */
  expectedScore: Projection | null;
  /** Set where the best score may be no better than one prediction for all rows. */
  constantReached: ConstantReached | null;
  /** Known scores of this competition, such as those of medals; null without any. */
  thresholds: Thresholds | null;
  /** How much worse the sealed score is than the search score; negative: it is better. */
  gap: number | null;
  attempts: number;
  executions: number;
  modelCalls: number;
  tokens: number;
  tokensByKind: Spent["tokens"];
  /** Null when the price of a call is unknown. */
  usd: number | null;
  /** By phase and by role, as `runs cost` shows it; without the single calls. */
  cost: Omit<Cost, "calls">;
  seconds: number;
  mode: "referee" | "self-reported" | null;
  model: string | null;
  sandbox: string | null;
  /** Whether its scripts could neither read nor change files that were not theirs; null before it has started. */
  protectsFiles: boolean | null;
  /** What scripts could reach. */
  network: string | null;
  seed: number | null;
  helpedMost: Help[];
  /** What the screening of the data found, as sentences. */
  findings: string[];
  /** Absolute paths of what is there. */
  files: Record<string, string>;
};

/** The summary of a run folder, at work or ended. */
export async function summarizeRun(folder: string): Promise<Summary> {
  return summarize(await readEvents(runFiles(folder).journal), folder);
}

/** Folds a run's events; of the folder only the names and which files exist are used. */
export function summarize(events: readonly Event[], folder: string): Summary {
  const absolute = resolve(folder);
  const attempts = attemptsOf(events);
  const best = attempts.find((each) => each.isBest) ?? null;
  const spent = spentOn(events);
  const { calls: _, ...cost } = costOfRun(events);
  const files = filesOf(absolute);
  const submitted = submittedOf(events, best);
  return {
    run: basename(absolute),
    ...origin(events, absolute),
    ...outcome(events, best),
    submission: submitted === null ? null : (files.submission ?? null),
    submitted,
    attempts: attempts.length,
    executions: spent.executions,
    modelCalls: spent.modelCalls,
    tokens: allTokens(spent.tokens),
    tokensByKind: spent.tokens,
    usd: spent.unpricedCalls > 0 ? null : spent.usd,
    cost,
    seconds: spent.seconds,
    helpedMost: helpedMost(events, attempts),
    files,
  };
}

/** The last one that was written; a better one may have been scored since. */
function submittedOf(events: readonly Event[], best: Attempt | null): Submitted | null {
  const written = events.findLast((event) => event.type === "submission-written")?.value ?? null;
  if (written === null) return null;
  const kind = submissionKind(written);
  const { solution, unchecked } = written;
  return { kind, solution, unchecked, isBest: solution !== null && solution === best?.id };
}

function origin(events: readonly Event[], folder: string) {
  const event = events.find((each) => each.type === "run-started");
  const started = event?.value ?? null;
  return {
    competition: started?.competition.id ?? basename(dirname(folder)),
    title: started?.competition.title ?? null,
    metric: started?.competition.metric ?? null,
    direction: started?.competition.direction ?? null,
    thresholds: started?.competition.thresholds ?? null,
    startedAt: event?.time ?? null,
    mode: started?.mode ?? null,
    model: started?.model ?? null,
    sandbox: started?.sandbox ?? null,
    protectsFiles: protectsFilesIn(events),
    network: started?.network ?? null,
    seed: started?.seed ?? null,
    findings: (started?.findings ?? []).map(({ text, advice }) => `${text} (${advice})`),
  };
}

function outcome(events: readonly Event[], best: Attempt | null) {
  const ended = events.findLast((each) => each.type === "run-ended")?.value ?? null;
  const opened = events.findLast((each) => each.type === "sealed-opened")?.value;
  const held = opened?.finalists.find((each) => each.solution === best?.id);
  const searchScore = ended?.searchScore ?? best?.score ?? null;
  const sealedScore = ended?.sealedScore ?? held?.sealed ?? null;
  const started = events.find((each) => each.type === "run-started")?.value;
  const sign = started?.competition.direction === "minimize" ? -1 : 1;
  const searchInterval = best?.interval ?? null;
  const sealedInterval = ended?.sealedInterval ?? held?.sealedInterval ?? null;
  return {
    status: statusOf(events),
    limit: ended?.limit ?? (cutInSetUp(events) === "limit" ? "seconds" : null),
    bestSolution: best?.id ?? ended?.solution ?? null,
    searchScore,
    searchInterval,
    correctedScore: ended?.correctedScore ?? null,
    tries: ended?.tries ?? null,
    sealedScore,
    sealedInterval,
    expectedScore: expectedScoreOf(events),
    constantReached: constantReached(events, { searchInterval, sealedInterval }),
    gap: searchScore === null || sealedScore === null ? null : sign * (searchScore - sealedScore),
  };
}

/** What ended by force, or has been taken up again after a fault, is unfinished. */
function statusOf(events: readonly Event[]): RunStatus {
  const cut = cutInSetUp(events);
  if (cut !== null) return cut;
  let status: RunStatus = "unfinished";
  // A fault while what was lost of an ended run is made again takes nothing of its end.
  let resumed: RunStatus = "unfinished";
  for (const event of events) {
    if (event.type === "run-ended") status = resumed = event.value.status;
    if (event.type === "faulted") status = "faulted";
    if (event.type === "run-paused") status = "paused";
    const isStopped = status === "faulted" || status === "paused";
    if (event.type === "run-resumed" && isStopped) status = resumed;
  }
  return status;
}

/** What ended the last session in its set-up, before the run could begin or go on; null: nothing. */
function cutInSetUp(events: readonly Event[]): "limit" | "paused" | null {
  const last = events.at(-1);
  if (last?.type !== "set-up-cut") return null;
  return last.value.by === "seconds" ? "limit" : "paused";
}

function filesOf(folder: string): Record<string, string> {
  const named = Object.entries({ folder, ...runFiles(folder) });
  return Object.fromEntries(named.filter(([, path]) => existsSync(path)));
}

/** The accepted changes with the largest gains, with the block each was about. */
function helpedMost(events: readonly Event[], attempts: readonly Attempt[]): Help[] {
  const helps = attempts.flatMap((attempt) => {
    const { id, gain, standardError, verdict } = attempt;
    if (verdict !== "accepted" || gain === null || gain <= 0) return [];
    return [{ solution: id, gain, standardError, what: whatOf(events, attempt) }];
  });
  return helps.sort((a, b) => b.gain - a.gain).slice(0, MAX_HELPS);
}

function whatOf(events: readonly Event[], { id, origin: from, plan }: Attempt): string {
  const target = events.findLast(
    (event): event is Event<"targeted"> =>
      event.type === "targeted" && id.startsWith(event.key.replace(/targeted$/u, "")),
  );
  const block = from === "refine" && target !== undefined ? ` of "${target.value.title}"` : "";
  return plan === null || plan === "" ? `${from}${block}` : `${from}${block}: ${plan}`;
}
