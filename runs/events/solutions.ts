import * as z from "zod";
import { Interval, SurrogateImportance, View, WeakRows } from "./scoring.ts";

/** What a solution came from; `replacement`: a repair that left the model for another one; `seed`: the same with other seeds. */
export const Origin = z.enum([
  "init",
  "merge",
  "data-usage",
  "ablation",
  "refine",
  "replacement",
  "seed",
  "ensemble",
  "blend",
  "submission",
]);
export type Origin = z.infer<typeof Origin>;

/** `unverified`: nothing could score it, and it was run on all the data only. */
export const Status = z.enum([
  "scored",
  "unverified",
  "failed",
  "timed-out",
  "out-of-memory",
  "invalid-submission",
  "leaky",
]);
export type Status = z.infer<typeof Status>;

/** What the leak checks could say of a script before it ran; `unchecked`: no verdict could be had. */
export const Leakage = z.enum(["clean", "not-asked", "unchecked", "suspected"]);
export type Leakage = z.infer<typeof Leakage>;

/** Something that a rule or the model saw in a script. */
export const LeakFinding = z.object({
  line: z.number(),
  code: z.string(),
  rule: z.string(),
  why: z.string(),
});
export type LeakFinding = z.infer<typeof LeakFinding>;

/** What the harness found out about a solution. A score is a finite number or null, never a sentinel. */
export const Evaluation = z.object({
  status: Status,
  score: z.number().nullable(),
  interval: Interval.nullable(),
  /** Views the score pools. */
  views: z.array(View),
  /** Wall clock of the executions, in seconds. */
  seconds: z.number(),
  executions: z.number(),
  /** Why there is no score: last lines of the traceback, the referee's reason, the leak found. */
  reason: z.string().nullable(),
  /** Input files the script opened. */
  opened: z.array(z.string()),
  /** Times the debugger rewrote it. */
  fixes: z.number(),
  warning: z.string().nullable(),
  leakage: Leakage,
});
export type Evaluation = z.infer<typeof Evaluation>;

/** One variant of an ablation: the same script with one block changed. */
export const Variant = z.object({
  block: z.string(),
  what: z.string(),
  status: Status,
  score: z.number().nullable(),
  /** Loss against the baseline in the metric's good direction; positive: the block helps. Null when unscored. */
  importance: z.number().nullable(),
  standardError: z.number().nullable(),
  seconds: z.number(),
});
export type Variant = z.infer<typeof Variant>;

/** One script of a track, as the later ones read of it. */
export const Tried = z.object({
  plan: z.string(),
  status: Status,
  score: z.number().nullable(),
  /** Over the script that it was compared with, in the metric's good direction; null where nothing was compared. */
  gain: z.number().nullable(),
  standardError: z.number().nullable(),
  seconds: z.number(),
  /** Last line of what went wrong. */
  error: z.string().nullable(),
  isKept: z.boolean(),
});
export type Tried = z.infer<typeof Tried>;

/** How a failure was mended in this run: what the error said, and the lines that went and came. */
export const Repaired = z.object({
  error: z.string(),
  removed: z.array(z.string()),
  added: z.array(z.string()),
});
export type Repaired = z.infer<typeof Repaired>;

/** What another track has come to, as a step of one track sees it when it begins. */
export const OtherTrack = z.object({
  track: z.string(),
  best: z
    .object({
      solution: z.string(),
      code: z.string(),
      score: z.number(),
      /** How much it errs like the script that the step begins with; null where they cannot be compared. */
      alike: z.number().nullable(),
    })
    .nullable(),
  tried: z.array(Tried),
});
export type OtherTrack = z.infer<typeof OtherTrack>;

/** What the journal keeps of solutions: how they were checked, what they came to, which of them the search continues from. */
export const solutionEvents = {
  /** A script entered a state of the leak checks; `leakage` is set by the state that lets it run. */
  "leaks-checked": z.object({
    solution: z.string(),
    state: z.enum(["check", "fix", "recheck", "evaluate", "refuse"]),
    leakage: Leakage.nullable(),
    why: z.string().nullable(),
    findings: z.array(LeakFinding),
  }),
  /** A solution's final verdict, with the commit that holds its code. */
  evaluated: z.object({
    solution: z.string(),
    parent: z.string().nullable(),
    origin: Origin,
    track: z.string().nullable(),
    plan: z.string().nullable(),
    commit: z.string(),
    parentScore: z.number().nullable(),
    evaluation: Evaluation,
  }),
  /** A track's best solution from here on; its branch in the history points there. */
  advanced: z.object({ track: z.string(), solution: z.string(), commit: z.string() }),
  ablated: z.object({
    solution: z.string(),
    baseline: z.number().nullable(),
    variants: z.array(Variant),
    summary: z.string(),
  }),
  targeted: z.object({
    solution: z.string(),
    block: z.string(),
    title: z.string(),
    plan: z.string(),
  }),
  /** What a step goes by beside its own track: where its script does worst, and what the others have come to by now. */
  examined: z.object({
    solution: z.string(),
    weak: WeakRows.nullable(),
    surrogateImportance: SurrogateImportance.nullable(),
    tracks: z.array(OtherTrack),
  }),
  /** What a debugger is shown of how the same kind of failure was mended before, on whatever track. */
  "repairs-known": z.object({ solution: z.string(), repairs: z.array(Repaired) }),
  "track-failed": z.object({ track: z.string(), why: z.string() }),
} as const;
