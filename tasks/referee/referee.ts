import * as z from "zod";
import {
  type Blend,
  type BlendMethod,
  type Canary,
  type ChallengerComparison,
  type Comparison,
  type ConstantScores,
  type Diagnosis,
  Interval,
  type Judgment,
  type Projection,
  type Repeated,
  type Score,
  type Split,
  type SurrogateImportance,
  View,
  type ViewRun,
  type WeakRows,
} from "../../runs/events/scoring.ts";

/**
 * The referee's contract: the harness owns split, metric and score.
 * `tasks/referee/open.ts` makes one; scoring happens in a Python process of its own.
 */

export {
  Blend,
  BlendMethod,
  Canary,
  ChallengerComparison,
  Comparison,
  ConstantScores,
  Diagnosis,
  Interval,
  Judgment,
  Projection,
  Repeated,
  Score,
  Split,
  SurrogateImportance,
  View,
  ViewRun,
  WeakRows,
} from "../../runs/events/scoring.ts";

/** How intervals are made now (`python/referee/statistics/intervals.py`); a run says it, so that verifying can tell whether it would make the same ones. */
export const INTERVAL_RULE = "bca-1 spa-1";

/** A challenger of an incumbent, with the views that both were run on. */
export type Challenger = { id: string; views: readonly ViewRun[] };

/** A finalist, with the gain that the search expects of it over one common solution. */
export type Contender = { id: string; expected: number; spread: number };

/** Scores without the selection bias of having been the best of many. */
export const Corrected = z.object({
  tries: z.number(),
  solutions: z.array(z.object({ id: z.string(), corrected: z.number() })),
});
export type Corrected = z.infer<typeof Corrected>;

/** The finalists best first by search and sealed rows together. */
export const Choice = z.object({
  order: z.array(z.string()),
  /** What being chosen adds to the chosen one's sealed score. */
  selectionBias: z.number(),
  finalists: z.array(z.object({ id: z.string(), score: z.number(), interval: Interval })),
  /** Of the chosen one, its selection bias accounted for; null without finalists. */
  interval: Interval.nullable(),
});
export type Choice = z.infer<typeof Choice>;

/** Where the exact text of a submission file stands when its judgment says that it was normalized (`python/referee/judging/judge.py`). */
export function exactPath(submission: string): string {
  return submission.replace(/\.csv$/u, ".exact.csv");
}

/** The view of a run of it, and which repetition it is: each has a seed of its own, 0 the run's. */
export function parseViewRun(viewRun: ViewRun): { view: View; repeat: number } {
  const [view = viewRun, repeat = "0"] = viewRun.split("@");
  return { view: view as View, repeat: Number(repeat) };
}

/** How many training rows a capped view has, and how many it would have. */
export const CappedRows = z.object({ capped: z.number(), whole: z.number() });
export type CappedRows = z.infer<typeof CappedRows>;

/** A view of the first fold in which columns of the rows to predict are mixed up. */
export const PermutedView = z.object({ view: View, columns: z.array(z.string()) });
export type PermutedView = z.infer<typeof PermutedView>;

/** What a solution loses by each column, with the standard error, and its score on the rows as they are. */
export const ColumnLosses = z.object({
  base: z.number(),
  rows: z.number(),
  /** Whether rows that stand among mixed ones are predicted as without them. */
  isSame: z.boolean(),
  columns: z.array(z.object({ name: z.string(), loss: z.number(), standardError: z.number() })),
});
export type ColumnLosses = z.infer<typeof ColumnLosses>;

export interface Referee {
  readonly split: Split;
  /** Absolute path of the read-only input folder of a view (made when first asked for); a self-reported run has but the public one. */
  input(view: View): Promise<string>;
  /** Training rows of the first fold under the cap, and without it; null where no cap bites. `trial-0` is the capped one. */
  cappedRows(): Promise<CappedRows | null>;
  /** The search trains on all rows of its folds, for good: before any of them has been shown. */
  useAllRows(): Promise<void>;
  /** Absolute path of a read-only folder with the training rows of the first search view and what belongs to them, none of a row that it predicts. */
  trainingRows(): Promise<string>;
  /** Validates a submission, banks its predictions under `id`, scores it. Never throws for what a script did. */
  judge(id: string, view: View, submission: string): Promise<Judgment>;
  /** Pools banked judgments of one solution. */
  score(id: string, views: readonly View[]): Promise<Score>;
  /** Challenger against incumbent on views both are banked for. */
  compare(incumbent: string, challenger: string, views: readonly View[]): Promise<Comparison>;
  /** All challengers of one incumbent at once, on the same draws: which gains are more than the best of so many would show by chance. */
  compareAll(
    incumbent: string,
    challengers: readonly Challenger[],
  ): Promise<ChallengerComparison[]>;
  /** The scores of solutions and of blends of them, corrected for the selection bias of the best of so many. */
  correct(
    solutions: readonly string[],
    blends: readonly Pick<Blend, "id" | "members" | "weights">[],
    views: readonly View[],
  ): Promise<Corrected>;
  /**
   * Opens the sealed holdout for these solutions, once in the life of a run; whatever else asks for it is refused.
   * `isClosed`: the run has chosen among them already.
   */
  unseal(finalists: readonly string[], isClosed?: boolean): Promise<void>;
  /**
   * Chooses among finalists that the sealed holdout has judged, and closes it for good. `expected`, `spread`: the gain
   * over one common solution that the search expects of each, in the metric's good direction.
   */
  choose(finalists: readonly Contender[]): Promise<Choice>;
  /** The first fold with half of its training rows, by which a learning curve is measured; none in older splits. */
  halved(): Promise<View[]>;
  /**
   * What a solution with this sealed interval is expected to score on the test rows. `views`: search folds that it is
   * banked for; `halved`: the script that is banked for `halved()`, null for none.
   */
  project(
    id: string,
    views: readonly View[],
    halved: string | null,
    interval: Interval,
  ): Promise<Projection>;
  /** What a solution whose predictions under a shuffled view are banked knows of the true answers. */
  canary(id: string, view: View): Promise<Canary>;
  /** The ids among these, best first, whose errors differ enough for an ensemble: at most `most`. */
  pool(
    candidates: readonly { id: string; parent: string | null }[],
    views: readonly View[],
    most: number,
  ): Promise<string[]>;
  /** Views that show the first fold so that who knows its rows does not recognize it; those that these files allow. */
  disguises(): Promise<View[]>;
  /** What is left of a solution's score on `base` in the predictions that are banked as `again` on `view`. */
  repeated(id: string, again: string, view: View, base: View): Promise<Repeated>;
  /** Fits an ensemble on the banked search predictions (stacking is nested, out of fold) and banks it under `id`. */
  blend(
    id: string,
    method: BlendMethod,
    members: readonly string[],
    views: readonly View[],
  ): Promise<Blend>;
  /** Path of a submission of the same prediction in every row, from the training targets and as the metric wants; null where no such file is valid. */
  constant(): Promise<string | null>;
  /** What such a constant scores on the search views together, and on the sealed rows: who is no better has learned nothing. */
  constantScores(views: readonly View[]): Promise<ConstantScores>;
  /** How a solution's banked predictions lie against the answers of search views, in sums over many rows. */
  diagnose(id: string, views: readonly View[]): Promise<Diagnosis>;
  /** Groups of many rows of search views on which a solution does worst; null where rows have no loss of their own. */
  weakRows(id: string, views: readonly View[]): Promise<WeakRows | null>;
  /** Columns that a solution's predictions of search views follow most; null where no small model of them can tell. */
  surrogateImportance(id: string, views: readonly View[]): Promise<SurrogateImportance | null>;
  /** How much each of the others errs like a solution: the correlation of their errors, or the share of equal answers. */
  alike(id: string, others: readonly string[], views: readonly View[]): Promise<number[]>;
  /** Makes views that mix up columns: one for all of them (`isStacked`; none where rows may depend on each other), or one each. */
  permute(id: string, isStacked: boolean): Promise<{ views: PermutedView[]; leftOut: number }>;
  /** What a solution loses on these views, all of which its scripts are banked for. */
  importance(id: string, views: readonly PermutedView[]): Promise<ColumnLosses>;
  /** Applies a blend to its members' banked predictions of `sealed` or `final`; writes a submission file; returns its path. */
  applyBlend(blend: Blend, view: "sealed" | "final"): Promise<string>;
  close(): Promise<void>;
}
