import * as z from "zod";
import {
  Canary,
  ChallengerComparison,
  Interval,
  Projection,
  Repeated,
  View,
  ViewRun,
} from "./scoring.ts";

const score = z.number().nullable();

/** What a change is: how often it helps, and how much, differs from kind to kind. */
export const GainKind = z.enum(["refine", "ablation", "merge", "tuning", "ensemble"]);
export type GainKind = z.infer<typeof GainKind>;

const decision = {
  /** Where in the algorithm: `track-1/merge-1`, `track-1/refine-2`. */
  step: z.string(),
  incumbent: z.string(),
  challenger: z.string(),
  /** In the metric's good direction; null where the incumbent has no score. */
  gain: score,
  standardError: score,
  accepted: z.boolean(),
  why: z.string(),
};

/**
 * Whether a challenger takes the incumbent's place: the rule, all that it goes by, and what it came to. The
 * outcome follows from the other fields alone (`agent/trust/decide.ts`).
 */
export const Decision = z.discriminatedUnion("rule", [
  /** The paper's rule: by score alone. */
  z.object({ rule: z.literal("score"), ...decision, ties: z.enum(["accept", "reject"]) }),
  /** As likely better as worse. */
  z.object({ rule: z.literal("not-worse"), ...decision, probability: z.number() }),
  /** The best of many, by a significant gain. */
  z.object({
    rule: z.literal("significant-gain"),
    ...decision,
    familyProbability: z.number(),
    /** Rate at which noise may be taken for a gain here. */
    level: z.number(),
    /** Challengers that did not run on a further fold or seed. */
    failed: z.array(z.string()),
  }),
  /** The largest expected gain: what was measured, shrunk towards what changes of its kind usually gain. */
  z.object({
    rule: z.literal("expected-gain"),
    ...decision,
    kind: GainKind,
    /** Mean and spread of the true gains of its kind, in the metric's unit. */
    prior: z.object({ mean: z.number(), spread: z.number() }),
    /** Mean of the gain after it was measured, and the probability that it is above zero. */
    expected: z.number(),
    probability: z.number(),
    /** By these the gain is proved or not, which steers nothing. */
    familyProbability: z.number(),
    level: z.number(),
    failed: z.array(z.string()),
  }),
]);
export type Decision = z.infer<typeof Decision>;

/** What the journal tells of noise and of the checks that scores have to pass. */
export const trustEvents = {
  decided: Decision,
  /** All challengers of one incumbent, measured at once: an interim look, or the last one. */
  "challengers-compared": z.object({
    step: z.string(),
    incumbent: z.string(),
    /** Share of the false-acceptance rate that this look may spend. */
    level: z.number(),
    challengers: z.array(ChallengerComparison.extend({ views: z.array(ViewRun) })),
  }),
  /** Search scores without the selection bias of the best of many. */
  corrected: z.object({
    tries: z.number(),
    views: z.array(View),
    solutions: z.array(z.object({ solution: z.string(), search: score, corrected: z.number() })),
  }),
  /** Written before anything runs on the sealed rows: for whom the holdout is about to be opened, once. */
  /** Who is put to the canary and judged on the sealed rows, and who stands behind them for want of room. */
  "finalists-chosen": z.object({ finalists: z.array(z.string()), left: z.array(z.string()) }),
  "sealed-intended": z.object({
    finalists: z.array(
      z.object({
        solution: z.string(),
        search: score,
        corrected: score,
        /** The gain over the search's best that the search expects of it, and its standard deviation. */
        expected: z.number(),
        spread: z.number(),
      }),
    ),
    /** Finalists and the members of blends among them: nothing else is run there. */
    solutions: z.array(z.string()),
  }),
  "sealed-opened": z.object({
    finalists: z.array(
      z.object({
        solution: z.string(),
        search: score,
        sealed: score,
        sealedInterval: Interval.nullable(),
      }),
    ),
    chosen: z.string(),
    why: z.string(),
    /** What being chosen among them adds to the chosen one's sealed score. */
    selectionBias: z.number(),
  }),
  /** What the submission is expected to score on the test rows; `halved`: the script whose learning curve was measured. */
  "score-projected": Projection.extend({
    solution: z.string(),
    views: z.array(View),
    halved: z.string().nullable(),
    sealedInterval: Interval,
  }),
  /** What a script knows of the true answers that was trained on shuffled ones. */
  shuffled: Canary.extend({ solution: z.string(), view: View }),
  /** The order of the disguises that a finalist is put to, drawn when its code was fixed. */
  "canary-drawn": z.object({ solution: z.string(), views: z.array(View) }),
  /** What is left of a script's score on disguised rows, or when it runs again alone (`view` is `base`). */
  repeated: Repeated.extend({ solution: z.string(), view: View, base: View }),
  /** What the shuffles of a script came to, and why it was put to them. */
  canary: z.object({
    solution: z.string(),
    asked: z.string(),
    verdict: z.enum(["passed", "above-chance", "unverified", "skipped"]),
    why: z.string(),
  }),
} as const;
