import type { EventValue } from "../../runs/events/events.ts";
import { createLedger, type Limits, type Need, type Reservation } from "../../runs/ledger.ts";
import type { Journal } from "../../runs/record/journal.ts";
import { bestFirst } from "../../tasks/competition.ts";
import type { View } from "../../tasks/referee/referee.ts";
import type { Brief } from "../brief.ts";
import type { Config } from "../config.ts";
import { mayPublish, type PublicationShare, type Room } from "./publications.ts";
import { finishedSeconds } from "./seconds.ts";

/** Place in the journal where the first submission of a script is written. */
export const FIRST_SUBMISSION = "publish/first";

/** Share of the time limit that the search may not touch, so that the run can always finalize; `ofOne`: where the best script alone needs more. */
const FINALIZE_TIME = { min: 0.08, max: 0.3, ofOne: 0.5 };
/** Scripts that are taken to be judged at the end, of finalists and members of blends: a choice of ours. */
const LIKELY_SCRIPTS = 4;
/** Slots do not all end at one moment. */
const RAGGED = 1.15;
/** The same of dollars and tokens, for a submission that a model has to write. */
const FINALIZE_SHARE = 0.05;
/** Executions reserved for the sealed holdout and the final run, one at least: a script's submission stands whatever the limit. */
const FINALIZE_EXECUTIONS = { min: 1, max: 4, share: 1 / 3 };
/** An execution with less time than this is not worth starting, */
const MIN_SECONDS = 5;
/** but for the first submission, which is tried with whatever there is, */
const MIN_SECONDS_OF_FIRST = 1;
/** nor one with less than this share of what the fastest script so far has taken. */
const MIN_SHARE = 0.8;
/** Share of the time and of the executions that running near-ties again may take. */
const RERUN_SHARE = 0.15;
/** How many times longer than a search view all the data takes at least, until that has been measured. */
const MIN_ASSUMED_SLOWDOWN = 1.5;
/** A heavier script may slow down a little more than the one that was measured. */
const SLOWDOWN_MARGIN = 1.25;

/** The hard limits of a run as its phases meet them: a refusal is a value, and it is journaled. */
export type Budget = {
  /**
   * Budget for one effect, or the name of the limit it would exceed; a refusal is journaled. `forSubmission`: it
   * makes the first submission and may use what is reserved for finalizing.
   */
  reserve(key: string, need: Need, forSubmission?: boolean): Promise<Reservation | string>;
  /** The limit that refused an effect in an earlier session, or null. */
  refusedBefore(key: string): string | null;
  /** Journals that an effect already begun may not go on, so that a replay does not begin it. */
  refuse(key: string, limit: string): Promise<void>;
  /** Whether there is room for a group of effects; journaled, so that a replay decides alike. */
  affords(key: string, need: Room): Promise<boolean>;
  /** The same where the answer only says how much of something is done: a refusal ends nothing. */
  fits(key: string, need: Room): Promise<boolean>;
  /** Whether near-ties may be run again: they have a share of the budget and no more; journaled likewise. */
  affordsRerun(key: string, need: Room): Promise<boolean>;
  /** Whether a better submission may be made now: how much its run on all the data may take of what is left. */
  affordsPublication(key: string, need: Room, share: PublicationShare): Promise<boolean>;
  /** Whether the time limit leaves room for a step beyond those that were asked for; never without a time limit. */
  affordsMore(key: string, need: Room): Promise<boolean>;
  /** Seconds one execution may take by its own limit. */
  executionSeconds(view: View): number;
  /** Seconds until the run's deadline: the time limit, less what the search must leave for finalizing; null: none. */
  secondsLeft(): number | null;
  /** Seconds of the time limit that are left in all; null: none is set. */
  secondsLeftOfAll(): number | null;
  /** How many times longer a script takes on all the data than on a search view, as far as that is known. */
  readonly fullDataSlowdown: number;
  /** Lifts what is reserved for finalizing. */
  beginFinalizing(): void;
  readonly isFinalizing: boolean;
  /** Refuses everything new but finalizing, under this name. */
  stop(limit: string): void;
  /** Limits that refused something. */
  readonly reached: ReadonlySet<string>;
};

/**
 * Opens the budget of a run over its journal.
 * `assumedSlowdown`: how many times more rows the final run has than a search run; `slots`: executions side by side.
 */
export function openBudget(
  journal: Journal,
  config: Config,
  { assumedSlowdown, slots }: { assumedSlowdown: number; slots: number },
): Budget {
  const { timeLimit } = config;
  let isFinalizing = false;
  let stoppedBy: string | null = null;
  const reached = new Set<string>();
  const fullDataSlowdown = () => measuredSlowdown(journal, assumedSlowdown);
  const finalizeSeconds = () =>
    isFinalizing || timeLimit === null
      ? 0
      : secondsToFinalize(likelyFinalists(journal), timeLimit, fullDataSlowdown(), slots);
  const secondsLeft = (kept: number) => timeLimit && timeLimit - journal.elapsed() - kept;
  const limits = limitsOf(config);
  const ledger = openLedger(journal, limits, finalizeSeconds);
  const reserveNow = (need: Need) =>
    stoppedBy !== null && !isFinalizing ? stoppedBy : ledger.reserve(need);
  // What the search may not have any more, finalizing may.
  const limitKey = (key: string) => `${key}/${isFinalizing ? "limit-at-the-end" : "limit"}`;
  const refusal = (limit: string) => refusalOf(limit, limits);
  const { checked, isGranted } = openGrants(journal);
  const refuse = async (key: string, limit: string): Promise<void> => {
    reached.add(limit);
    await checked(limitKey(key), () => refusal(limit));
  };
  const within = (room: Room) => answerFor(reserveNow({ ...room, tokens: 0, usd: 0 }), limits);
  const refusedBefore = (key: string) =>
    journal.find("limit-checked", limitKey(key))?.value.limit ?? null;
  return {
    reached,
    refuse,
    refusedBefore,
    get fullDataSlowdown() {
      return fullDataSlowdown();
    },
    get isFinalizing() {
      return isFinalizing;
    },
    async reserve(key, need, forSubmission = false) {
      const earlier = answerOf(journal, key, refusedBefore(key));
      if (typeof earlier === "string") reached.add(earlier);
      if (earlier !== null) return earlier;
      const whole = startable(journal, need, { isFinalizing, forSubmission });
      const reservation = forSubmission ? ledger.reserveOfAll(whole) : reserveNow(whole);
      if (typeof reservation === "string") await refuse(key, reservation);
      return reservation;
    },
    async affords(key, need) {
      const { allowed, limit } = await checked(key, () => within(need));
      if (limit !== null) reached.add(limit);
      return allowed;
    },
    fits: (key, need) => isGranted(key, () => within(need)),
    affordsRerun: (key, need) => isGranted(key, () => grantRerun(journal, config, slots, need)),
    affordsPublication: (key, need, share) =>
      isGranted(key, () =>
        mayPublish(journal, need, share, { ...ledger, slots }) ? within(need) : refusal(TOO_DEAR),
      ),
    affordsMore: (key, need) =>
      isGranted(key, () => (timeLimit === null ? refusal(NO_TIME_LIMIT) : within(need))),
    executionSeconds: (view) => ownSeconds(config, view, assumedSlowdown),
    secondsLeft: () => secondsLeft(finalizeSeconds()),
    secondsLeftOfAll: () => secondsLeft(0),
    beginFinalizing() {
      isFinalizing = true;
      ledger.beginFinalizing();
    },
    stop(limit) {
      stoppedBy = limit;
      reached.add(limit);
    },
  };
}

/** Answers to whether there is room, each journaled, so that a replay answers alike. */
function openGrants(journal: Journal) {
  const checked = (key: string, decide: () => EventValue<"limit-checked">) =>
    journal.step("limit-checked", key, async () => decide());
  const isGranted = async (key: string, decide: () => EventValue<"limit-checked">) =>
    (await checked(key, decide)).allowed;
  return { checked, isGranted };
}

function limitsOf({ timeLimit, maxUsd, maxTokens, maxExecutions }: Config): Limits {
  return { seconds: timeLimit, usd: maxUsd, tokens: maxTokens, executions: maxExecutions };
}

/** The ledger of the run's limits, with what of each the search may not touch. */
function openLedger(journal: Journal, limits: Limits, finalizeSeconds: () => number) {
  return createLedger(journal, limits, {
    get seconds() {
      return finalizeSeconds();
    },
    usd: (limits.usd ?? 0) * FINALIZE_SHARE,
    tokens: (limits.tokens ?? 0) * FINALIZE_SHARE,
    executions: Math.min(
      FINALIZE_EXECUTIONS.max,
      Math.max(
        FINALIZE_EXECUTIONS.min,
        Math.floor((limits.executions ?? 0) * FINALIZE_EXECUTIONS.share),
      ),
    ),
  });
}

const TOO_DEAR = "a run on all the data would take too much of what is left";
const NO_TIME_LIMIT = "nothing more was asked for, and no time limit is set";
const ALLOWED = { allowed: true, limit: null, max: null, granted: null };

function refusalOf(limit: string, limits: Limits): EventValue<"limit-checked"> {
  const max = new Map(Object.entries(limits)).get(limit) ?? null;
  return { allowed: false, limit, max, granted: null };
}

/** How many times more rows the final run has than one of the search, before any script has shown what that costs. */
export function assumedSlowdown({ split }: Brief): number {
  const { subsample, trainRows } = split;
  return Math.max(MIN_ASSUMED_SLOWDOWN, subsample === null ? 0 : trainRows / subsample);
}

/**
 * How many times longer a script takes on all the data than on a search view: as measured on the first submission's
 * script, at most as many times as there are more rows. Start, reading and fixed costs make it far fewer.
 */
export function measuredSlowdown(journal: Pick<Journal, "find">, assumed: number): number {
  const first = journal.find("submission-written", FIRST_SUBMISSION)?.value.solution ?? null;
  if (first === null) return assumed;
  const final = journal.find("executed", `${first}/final/run`)?.value.seconds ?? 0;
  const search = journal.find("executed", `${first}/fold-0/run`)?.value.seconds ?? 0;
  if (!(final > 0 && search > 0)) return assumed;
  return Math.min(assumed, Math.max(1, (SLOWDOWN_MARGIN * final) / search));
}

/** Whether what near-ties were granted so far leaves room for this, of their share of each limit that is set. */
function grantRerun(
  journal: Journal,
  { timeLimit, maxExecutions }: Config,
  slots: number,
  need: Room,
): EventValue<"limit-checked"> {
  const granted = journal.events.flatMap((event) =>
    event.type === "limit-checked" && event.value.granted !== null ? [event.value.granted] : [],
  );
  const all = [...granted, need];
  const seconds = all.reduce((sum, room) => sum + room.seconds, 0);
  const executions = all.reduce((sum, room) => sum + room.executions, 0);
  const fitsTime = timeLimit === null || seconds <= RERUN_SHARE * timeLimit * slots;
  const fitsExecutions = maxExecutions === null || executions <= RERUN_SHARE * maxExecutions;
  if (fitsTime && fitsExecutions) return { ...ALLOWED, granted: need };
  const limit = "near-ties have used their share of the budget";
  return { allowed: false, limit, max: null, granted: null };
}

/** What has to be left for an effect to be begun: an execution asks for no more seconds than make it worth starting. */
function startable(
  journal: Journal,
  need: Need,
  { isFinalizing, forSubmission }: { isFinalizing: boolean; forSubmission: boolean },
): Need {
  const shortest = isFinalizing ? MIN_SECONDS : secondsWorthStarting(journal);
  const seconds = forSubmission ? MIN_SECONDS_OF_FIRST : shortest;
  return { ...need, seconds: need.executions > 0 ? seconds : 0 };
}

/** A script that is cut short has cost its time for nothing. */
function secondsWorthStarting(journal: Journal): number {
  const seconds = finishedSeconds(journal.events);
  const fastest = seconds.length === 0 ? 0 : Math.min(...seconds);
  return Math.max(MIN_SECONDS, MIN_SHARE * fastest);
}

/**
 * Room for canaries, sealed and final runs of the likely finalists, over the slots. `views`: seconds of one search view
 * of each, the best first; the best one's own tests and runs have room in any case, as far as half of the limit reaches.
 */
export function secondsToFinalize(
  views: readonly number[],
  timeLimit: number,
  fullDataSlowdown: number,
  slots: number,
): number {
  const longest = Math.max(0, ...views) * fullDataSlowdown;
  // Shuffled answers, then the sealed rows and all; the winner in disguise, and once more alone.
  const total = views.reduce((sum, seconds) => sum + seconds * (1 + 2 * fullDataSlowdown), 0);
  const wanted = Math.max(2 * longest, RAGGED * (total / slots)) + 2 * Math.max(0, ...views);
  const ofOne = RAGGED * (views[0] ?? 0) * (2 / Math.min(2, slots) + 3 * fullDataSlowdown);
  const most = Math.max(
    FINALIZE_TIME.max * timeLimit,
    Math.min(FINALIZE_TIME.ofOne * timeLimit, ofOne),
  );
  return Math.min(most, Math.max(FINALIZE_TIME.min * timeLimit, wanted));
}

/** Seconds of one search view of each of the best scripts so far; those of all that finished while nothing is scored. */
function likelyFinalists(journal: Journal): number[] {
  const direction = journal.find("run-started", "run-started")?.value.competition.direction;
  const scored = journal.events.flatMap((event) =>
    event.type === "evaluated" && event.value.evaluation.score !== null
      ? [event.value.evaluation]
      : [],
  );
  if (scored.length === 0) return finishedSeconds(journal.events).slice(0, LIKELY_SCRIPTS);
  const best = bestFirst(scored, ({ score }) => score, direction ?? "maximize");
  return best
    .slice(0, LIKELY_SCRIPTS)
    .map(({ seconds, executions }) => seconds / Math.max(1, executions));
}

/** What the journal says already: what was refused stays refused, what happened costs nothing again. */
function answerOf(
  journal: Journal,
  key: string,
  refusedBefore: string | null,
): Reservation | string | null {
  if (refusedBefore !== null) return refusedBefore;
  return isRecorded(journal, key) ? { release: () => undefined, more: () => null } : null;
}

/** It was only asked whether there is room. */
function answerFor(reservation: Reservation | string, limits: Limits): EventValue<"limit-checked"> {
  if (typeof reservation === "string") return refusalOf(reservation, limits);
  reservation.release();
  return ALLOWED;
}

/** Seconds of one execution by its own limit: more where it has all the data. */
function ownSeconds({ executionSeconds }: Config, view: View, slowdown: number): number {
  const isOnAllData = view === "final" || view === "sealed";
  return Math.round(executionSeconds * (isOnAllData ? slowdown : 1));
}

function isRecorded(journal: Journal, key: string): boolean {
  const types = ["answered", "executed", "searched", "page-read", "probed", "tool-called"] as const;
  return types.some((type) => journal.find(type, key) !== null);
}
