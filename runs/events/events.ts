import * as z from "zod";
import { executed } from "./executed.ts";
import { memoryEvents } from "./memory.ts";
import { policyEvents } from "./policies.ts";
import { ConstantScores, Direction, Interval, Split, scoringEvents } from "./scoring.ts";
import { searchEvents } from "./search.ts";
import { solutionEvents } from "./solutions.ts";
import { SubmissionWritten } from "./submission.ts";
import { teamEvents } from "./teams.ts";
import { ModelTurn, toolEvents } from "./tools.ts";
import { trustEvents } from "./trust.ts";

const score = z.number().nullable();
const tokens = z.object({
  input: z.number(),
  cacheRead: z.number(),
  cacheWrite: z.number(),
  /** Part of `cacheWrite` that is kept for an hour, not five minutes, and costs more. */
  cacheWriteHour: z.number(),
  output: z.number(),
  /** Part of `output` that was thought and not said; null where the provider does not tell. */
  thinking: z.number().nullable(),
});
/** One call that a model was paid for, whatever came of it. */
const paidTry = z.object({
  model: z.string(),
  outcome: z.enum(["answered", "continued", "refused", "broken"]),
  /** What was wrong with it; null when nothing was. */
  why: z.string().nullable(),
  tokens,
  usd: z.number().nullable(),
  /** The provider reported no usage: the tokens are our estimate. */
  estimated: z.boolean(),
  seconds: z.number(),
  requestId: z.string().nullable(),
});
/** One model answered in another's place. */
const handover = z.object({ from: z.string(), to: z.string(), why: z.string() });
/** Characters of a question, brief and all, and those that a model of small context was shown. */
const cutQuestion = z.object({ from: z.number(), to: z.number() });
/** How a solution is scored: by the referee, or by its own printed line. */
const mode = z.enum(["referee", "self-reported"]);

/** Scores that a result is compared with, and whose they are. */
const Thresholds = z.object({ source: z.string(), scores: z.record(z.string(), z.number()) });
export type Thresholds = z.infer<typeof Thresholds>;

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
      direction: Direction,
      /** Known scores by name, such as those of medals; null without any. */
      thresholds: Thresholds.nullable(),
    }),
    config: z.unknown(),
    /** Hash of everything resume must not change. */
    configHash: z.string(),
    dataHash: z.string(),
    seed: z.number(),
    model: z.string(),
    sandbox: z.string(),
    /** Whether scripts can neither read nor change files that are not theirs. */
    protectsFiles: z.boolean(),
    /** How intervals are made; they are recomputed only where the rule is known. */
    intervalRule: z.string(),
    /** What scripts could reach. */
    network: z.string(),
    packages: z.array(z.string()),
    mode,
    split: Split,
    /** sha256 of each file that the split was frozen in, by its path in the referee's folder. */
    frozen: z.record(z.string(), z.string()),
    /** The run whose answers this one repeats, up to a place or to its end; null where there is none. */
    replays: z.object({ run: z.string(), until: z.string().nullable() }).nullable(),
    /** What a constant scores; null for a self-reported run. */
    constantScores: ConstantScores.nullable(),
    /** What the screening of the data found: leaks, drift, duplicates. */
    findings: z.array(z.looseObject({ text: z.string(), advice: z.string() })),
    /** The whole brief as data; a resumed run uses this one. */
    brief: z.unknown(),
  }),
  /** A later process resumed this run. */
  "run-resumed": z.object({ session: z.number(), pid: z.number() }),
  ...searchEvents,
  ...memoryEvents,
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
    /** Whether any of the tokens are our estimate. */
    estimated: z.boolean(),
    /** Every paid call behind the reply; `tokens` and `usd` are their sum. */
    tries: z.array(paidTry),
    handovers: z.array(handover),
    /** The model was shown less than `prompt` and the brief; null: all. */
    cut: cutQuestion.nullable(),
    /** In a conversation with tools, what the model called; null elsewhere. */
    turn: ModelTurn.nullable(),
  }),
  /**
   * A call that costs is about to be sent, with the most it can come to: `<place>/sent`, before each. A kill leaves
   * it without `answered`, `unanswered` or `searched` at its place.
   */
  "call-sent": z.object({
    role: z.string(),
    model: z.string(),
    worst: z.object({ tokens: z.number(), usd: z.number().nullable() }),
  }),
  /** A model was asked, and there is no reply: what that cost all the same, if anything. */
  unanswered: z.object({
    role: z.string(),
    why: z.string(),
    tokens,
    usd: z.number().nullable(),
    seconds: z.number(),
    tries: z.array(paidTry),
  }),
  executed,
  ...scoringEvents,
  ...solutionEvents,
  ...trustEvents,
  ...teamEvents,
  ...toolEvents,
  ...policyEvents,
  /** A later session resumed in another sandbox; what scripts can import is the same, or the run is refused. */
  "environment-changed": z.object({ from: z.string(), to: z.string(), protectsFiles: z.boolean() }),
  skipped: z.object({ what: z.string(), why: z.string() }),
  /** Asked before an effect, so that a replay decides alike. */
  "limit-checked": z.object({
    allowed: z.boolean(),
    /** What would be exceeded: a limit's name, or that the user interrupted the run; null when allowed. */
    limit: z.string().nullable(),
    /** The configured value of that limit, in its own unit; null where it has none. */
    max: z.number().nullable(),
    /** What running near-ties again was given, of its share of the budget. */
    granted: z.object({ seconds: z.number(), executions: z.number() }).nullable(),
  }),
  /** Whose turn it is to take the place of the submission that stands, and where in the algorithm it came up. */
  offered: z.object({ at: z.string(), solution: z.string() }),
  "submission-written": SubmissionWritten,
  /** The set-up ended before the run could begin, or go on, by the time limit or a signal; the same command goes on. */
  "set-up-cut": z.object({
    /** `seconds`, or the signal. */
    by: z.string(),
    /** What the run is of; null where its data were not read yet. */
    identity: z.object({ configHash: z.string(), dataHash: z.string() }).nullable(),
  }),
  /** The user paused the run, by this signal; the same command goes on with it. */
  "run-paused": z.object({ signal: z.string() }),
  /** The user asked to end the search and to finish with the best so far. */
  "finish-asked": z.object({ by: z.string() }),
  faulted: z.object({ name: z.string(), message: z.string() }),
  "run-ended": z.looseObject({
    status: z.enum(["finished", "limit", "interrupted", "no-submission"]),
    solution: z.string().nullable(),
    searchScore: score,
    sealedScore: score,
    sealedInterval: Interval.nullable(),
    /** The search score without the selection bias of the best of so many tries. */
    correctedScore: score,
    tries: z.number().nullable(),
    limit: z.string().nullable(),
  }),
} as const;

export type Tokens = z.infer<typeof tokens>;
export type PaidTry = z.infer<typeof paidTry>;
export type Handover = z.infer<typeof handover>;
export type CutQuestion = z.infer<typeof cutQuestion>;
export type Mode = z.infer<typeof mode>;
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

/** The values of all events of a type, in the order of the journal. */
export function valuesOf<K extends EventType>(events: readonly Event[], type: K): EventValue<K>[] {
  return events.flatMap((event) => (event.type === type ? [event.value as EventValue<K>] : []));
}
