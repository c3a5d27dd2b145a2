import { createLedger, type Limits, type Need, type Reservation } from "../../runs/ledger.ts";
import type { Journal } from "../../runs/record/journal.ts";
import type { Config } from "../config.ts";
import { growthSeen } from "../growth.ts";

/** Share of the time limit that search may not touch, so that the run can always finalise (design §5). */
const KEPT_TIME = { smallest: 0.08, largest: 0.4, executions: 6 };
const KEPT_SHARE = 0.05;
/** Executions kept for the sealed holdout and the final run. */
const KEPT_EXECUTIONS = 4;
/** An execution with less time than this is not worth starting, */
const SHORTEST_SECONDS = 5;
/** nor one with less than this share of what the fastest script so far has taken. */
const SHORTEST_SHARE = 0.8;
/** Share of the time and of the executions that running near-ties again may take. */
const AGAIN_SHARE = 0.15;

/** The hard limits of a run as its phases meet them: a refusal is a value, and it is journaled. */
export type Budget = {
  reserve(key: string, need: Need): Promise<Reservation | string>;
  /** Journals that an effect already begun may not go on, so that a replay does not begin it. */
  refuse(key: string, limit: string): Promise<void>;
  affords(key: string, need: { executions: number; seconds: number }): Promise<boolean>;
  affordsRerun(key: string, need: { executions: number; seconds: number }): Promise<boolean>;
  /** Seconds an execution may take now; a full one has `fullDataSlowdown` times the rows. */
  executionSeconds(isFull: boolean): number;
  beginFinalizing(): void;
  /** Refuses everything new but finalising, under this name. */
  stop(limit: string): void;
  /** Limits that refused something. */
  readonly reached: ReadonlySet<string>;
};

/** Opens the budget of a run over its journal; `fullDataSlowdown`: how many times more rows the final run has than a search run. */
export function openBudget(
  journal: Journal,
  config: Config,
  { fullDataSlowdown, slots }: { fullDataSlowdown: number; slots: number },
): Budget {
  const { timeLimit, maxUsd, maxTokens, maxExecutions } = config;
  const limits = { seconds: timeLimit, usd: maxUsd, tokens: maxTokens, executions: maxExecutions };
  const growthNow = () =>
    growthSeen((type, key) => journal.find(type, key)?.value ?? null, fullDataSlowdown);
  const kept = () => (phase.finalizing ? 0 : keptSeconds(journal, timeLimit, growthNow()));
  const ledger = createLedger(journal, limits, {
    get seconds() {
      return kept();
    },
    usd: (maxUsd ?? 0) * KEPT_SHARE,
    tokens: (maxTokens ?? 0) * KEPT_SHARE,
    executions: Math.min(KEPT_EXECUTIONS, Math.floor((maxExecutions ?? 0) / 3)),
  });
  const phase: { finalizing: boolean; stopped: string | null } = {
    finalizing: false,
    stopped: null,
  };
  const reached = new Set<string>();
  const hold = (need: Need) =>
    phase.stopped !== null && !phase.finalizing ? phase.stopped : ledger.reserve(need);
  // What search may not have any more, finalising may.
  const limitKey = (key: string) => `${key}/${phase.finalizing ? "limit-at-the-end" : "limit"}`;
  const refusal = (limit: string) => refusalOf(limit, limits);
  const refuse = async (key: string, limit: string): Promise<void> => {
    reached.add(limit);
    await journal.step("limit-checked", limitKey(key), async () => refusal(limit));
  };

  return {
    reached,
    refuse,
    async reserve(key, need) {
      // What is in the journal costs nothing again.
      if (isRecorded(journal, key)) return { release: () => undefined, more: () => null };
      const shortest = phase.finalizing ? SHORTEST_SECONDS : shortestSeconds(journal);
      const atLeast = { ...need, seconds: need.executions > 0 ? shortest : 0 };
      const refused = journal.find("limit-checked", limitKey(key))?.value.limit ?? null;
      const held = refused ?? hold(atLeast);
      if (typeof held !== "string") return held;
      if (refused === null) await refuse(key, held);
      else reached.add(held);
      return held;
    },
    async affords(key, { executions, seconds }) {
      const value = await journal.step("limit-checked", key, async () => {
        const held = hold({ executions, seconds, tokens: 0, usd: 0 });
        if (typeof held === "string") return refusal(held);
        held.release();
        return ALLOWED;
      });
      if (value.limit !== null) reached.add(value.limit);
      return value.allowed;
    },
    async affordsRerun(key, need) {
      const value = await journal.step("limit-checked", key, async () =>
        hasRoomAgain(journal, config, slots, need)
          ? { ...ALLOWED, granted: need }
          : refusal("near-ties have used their share of the budget"),
      );
      return value.allowed;
    },
    executionSeconds(isFull) {
      const own = config.executionSeconds * (isFull ? fullDataSlowdown : 1);
      const left = timeLimit === null ? own : timeLimit - journal.elapsed() - kept();
      return Math.max(1, Math.round(Math.min(own, left)));
    },
    beginFinalizing() {
      phase.finalizing = true;
      ledger.beginFinalizing();
    },
    stop(limit) {
      phase.stopped = limit;
      reached.add(limit);
    },
  };
}

const ALLOWED = { allowed: true, limit: null, max: null, granted: null };

function refusalOf(limit: string, limits: Limits) {
  const max = new Map(Object.entries(limits)).get(limit) ?? null;
  return { allowed: false, limit, max, granted: null };
}

/** Whether what near-ties were granted so far leaves room for this, of their share of each limit that is set. */
function hasRoomAgain(
  journal: Journal,
  { timeLimit, maxExecutions }: Config,
  slots: number,
  need: { executions: number; seconds: number },
): boolean {
  const given = journal.events.flatMap((event) =>
    event.type === "limit-checked" && event.value.granted !== null ? [event.value.granted] : [],
  );
  const total = (of: (each: typeof need) => number) =>
    [...given, need].reduce((sum, each) => sum + of(each), 0);
  const fits = (limit: number | null, used: number) =>
    limit === null || used <= AGAIN_SHARE * limit;
  return (
    fits(
      timeLimit === null ? null : timeLimit * slots,
      total((each) => each.seconds),
    ) &&
    fits(
      maxExecutions,
      total((each) => each.executions),
    )
  );
}

/** A script that is cut short has cost its time for nothing. */
function shortestSeconds(journal: Journal): number {
  const seconds = finishedSeconds(journal);
  const fastest = seconds.length === 0 ? 0 : Math.min(...seconds);
  return Math.max(SHORTEST_SECONDS, SHORTEST_SHARE * fastest);
}

function finishedSeconds(journal: Journal): number[] {
  return journal.events.flatMap((event) =>
    event.type === "executed" && event.value.outcome === "finished" ? [event.value.seconds] : [],
  );
}

/** Room for the sealed and final runs of the finalists, judged by the slowest script so far. */
function keptSeconds(journal: Journal, timeLimit: number | null, fullDataSlowdown: number): number {
  if (timeLimit === null) return 0;
  const slowest = Math.max(0, ...finishedSeconds(journal));
  const wanted = KEPT_TIME.executions * slowest * fullDataSlowdown;
  return Math.min(KEPT_TIME.largest * timeLimit, Math.max(KEPT_TIME.smallest * timeLimit, wanted));
}

function isRecorded(journal: Journal, key: string): boolean {
  const types = ["answered", "executed", "searched", "probed"] as const;
  return types.some((type) => journal.find(type, key) !== null);
}
