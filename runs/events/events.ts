import { z } from "zod";
import { noiseEvents } from "../noise-events.ts";
import { executed } from "./executed.ts";
import { searchEvents } from "./search.ts";
import { leakage, trustEvents } from "./trust.ts";

const score = z.number().nullable();
const interval = z.tuple([z.number(), z.number()]).nullable();
const tokens = z.object({
  input: z.number(),
  cacheRead: z.number(),
  cacheWrite: z.number(),
  /** Part of `cacheWrite` that is kept for an hour, not five minutes, and costs more. */
  cacheWriteHour: z.number().default(0),
  output: z.number(),
  /** Part of `output` that was thought and not said; null where the provider does not tell. */
  thinking: z.number().nullable().default(null),
});
/** One call that a model was paid for, whatever came of it. */
const paidTry = z.object({
  model: z.string(),
  outcome: z.enum(["answered", "continued", "refused", "broken"]),
  /** What was wrong with it; null when nothing was. */
  why: z.string().nullable(),
  tokens,
  usd: z.number().nullable(),
  /** The provider told no usage: the tokens are our estimate. */
  estimated: z.boolean(),
  seconds: z.number(),
  requestId: z.string().nullable(),
});
/** One model answered in another's place. */
const handover = z.object({ from: z.string(), to: z.string(), why: z.string() });
const status = z.enum([
  "scored",
  "failed",
  "timed-out",
  "out-of-memory",
  "invalid-submission",
  "leaky",
]);
const evaluation = z.object({
  status,
  score,
  interval,
  views: z.array(z.string()),
  seconds: z.number(),
  executions: z.number(),
  reason: z.string().nullable(),
  opened: z.array(z.string()),
  fixes: z.number(),
  warning: z.string().nullable(),
  leakage,
});

/**
 * The journal's event types and the value each carries: one line of `journal.jsonl` is
 * `{ v, seq, time, elapsed, type, key, value }`. Values survive JSON; unknown extra fields are kept.
 */
export const eventValues = {
  "run-started": z.looseObject({
    version: z.string(),
    competition: z.looseObject({
      id: z.string(),
      title: z.string(),
      metric: z.string(),
      direction: z.enum(["maximize", "minimize"]),
    }),
    config: z.unknown(),
    /** Hash of everything resume must not change. */
    configHash: z.string(),
    dataHash: z.string(),
    seed: z.number(),
    model: z.string(),
    sandbox: z.string(),
    /** How intervals are made; they are recomputed only where the rule is known. */
    intervalRule: z.string().optional(),
    /** What scripts could reach; earlier versions had no such choice, and no network. */
    network: z.string().optional(),
    packages: z.array(z.string()),
    mode: z.enum(["referee", "self-reported"]),
    split: z.unknown(),
    /** The run whose answers this one repeats, up to a place or to its end; absent where there is none. */
    replays: z.object({ run: z.string(), until: z.string().nullable() }).nullish(),
    /** What a look at the data found: leaks, drift, duplicates; journals of before have none. */
    findings: z.array(z.looseObject({ text: z.string(), advice: z.string() })).optional(),
    /** The whole brief as data; a resumed run goes on with this one. */
    brief: z.unknown(),
  }),
  /** A later process went on with this run. */
  "run-resumed": z.object({ session: z.number(), pid: z.number() }),
  ...searchEvents,
  /** One model call: the whole prompt and reply, so that any run can be replayed (trajectory record). */
  answered: z.object({
    role: z.string(),
    prompt: z.string(),
    prefixHash: z.string(),
    text: z.string(),
    model: z.string(),
    stop: z.enum(["end", "max-tokens", "refusal"]),
    tokens,
    usd: z.number().nullable(),
    seconds: z.number(),
    requestId: z.string().nullable(),
    sources: z.array(z.object({ url: z.string(), title: z.string() })),
    /** Whether any of the tokens are our estimate; journals of before it was told have none. */
    estimated: z.boolean().default(false),
    /** Every call behind the reply; `tokens` and `usd` are their sum. Empty in older journals. */
    tries: z.array(paidTry).default([]),
    handovers: z.array(handover).default([]),
  }),
  /** A model was asked and paid, and there is no reply: what that cost all the same. */
  unanswered: z.object({
    role: z.string(),
    why: z.string(),
    tokens,
    usd: z.number().nullable(),
    seconds: z.number(),
    tries: z.array(paidTry),
  }),
  executed,
  ...trustEvents,
  /** A solution's final verdict, with the commit that holds its code. */
  evaluated: z.object({
    solution: z.string(),
    parent: z.string().nullable(),
    origin: z.string(),
    track: z.string().nullable(),
    plan: z.string().nullable(),
    commit: z.string(),
    parentScore: score,
    evaluation,
  }),
  /** A track's best solution from here on; its branch in the history points there. */
  advanced: z.object({ track: z.string(), solution: z.string(), commit: z.string() }),
  ablated: z.object({
    solution: z.string(),
    baseline: score,
    variants: z.array(
      z.object({
        block: z.string(),
        what: z.string(),
        status,
        score,
        importance: z.number().nullable(),
        standardError: z.number().nullable(),
        seconds: z.number(),
      }),
    ),
    summary: z.string(),
  }),
  targeted: z.object({
    solution: z.string(),
    block: z.string(),
    title: z.string(),
    plan: z.string(),
  }),
  skipped: z.object({ what: z.string(), why: z.string() }),
  blended: z.object({
    solution: z.string(),
    method: z.string(),
    members: z.array(z.string()),
    weights: z.array(z.number()),
    score: z.number(),
    interval: z.tuple([z.number(), z.number()]),
    /** Its members' scripts and their weights; null in a journal from before blends were committed. */
    commit: z.string().nullable().default(null),
  }),
  /** Asked before an effect; `limit` names what would be passed. Journaled so that a replay decides alike. */
  "limit-checked": z.object({
    allowed: z.boolean(),
    limit: z.string().nullable(),
    /** What running near-ties again was given, of its share of the budget. */
    granted: z.object({ seconds: z.number(), executions: z.number() }).optional(),
  }),
  ...noiseEvents,
  /** The scored solution whose turn it is to make the first submission. */
  offered: z.object({ solution: z.string() }),
  /** A valid submission.csv stands in the run folder. */
  "submission-written": z.object({ solution: z.string(), sha256: z.string(), why: z.string() }),
  "track-failed": z.object({ track: z.string(), why: z.string() }),
  faulted: z.object({ name: z.string(), message: z.string() }),
  "run-ended": z.looseObject({
    status: z.enum(["finished", "limit", "interrupted", "no-submission"]),
    solution: z.string().nullable(),
    searchScore: score,
    sealedScore: score,
    sealedInterval: interval,
    /** The search score without the luck of the best of so many tries; journals of before the correction lack both. */
    correctedScore: score.optional(),
    tries: z.number().nullish(),
    limit: z.string().nullable(),
  }),
} as const;

export type Tokens = z.infer<typeof tokens>;
export type PaidTry = z.infer<typeof paidTry>;
export type Handover = z.infer<typeof handover>;
export type EventType = keyof typeof eventValues;
export type EventValue<K extends EventType> = z.infer<(typeof eventValues)[K]>;

/** One line of the journal. `elapsed` is the run's own active wall clock in seconds, over all sessions. */
export type Event<K extends EventType = EventType> = {
  [T in K]: {
    v: 1;
    seq: number;
    time: string;
    elapsed: number;
    type: T;
    key: string;
    value: EventValue<T>;
  };
}[K];

/**
 * Does an effect once in the life of a run: a journaled key is answered from the journal, a new one is
 * done, appended, synced, then returned. Keys name places in the algorithm (`track-1/refine-2/attempt-3/coder/1`).
 */
export type Step = <K extends EventType>(
  type: K,
  key: string,
  effect: () => Promise<EventValue<K>>,
) => Promise<EventValue<K>>;
