/**
 * The referee's contract (design §4): the harness owns split, metric and score.
 * `tasks/referee/open.ts` makes one; scoring happens in a Python process of its own.
 */

/**
 * What a solution is run on: a search fold (`fold-0` …), the first fold with the answers of its training rows
 * shuffled, the sealed holdout, or everything for the real submission.
 */
export type View = `fold-${number}` | `shuffled-${number}` | "sealed" | "final";

/** Frozen once per run, by data hash and seed. `self-reported`: a layout the referee cannot split. */
export type Split = {
  kind: "holdout" | "k-fold" | "self-reported";
  strategy: "random" | "stratified" | "group" | "time" | "none";
  /** One sentence a person can check: why this split. */
  why: string;
  hash: string;
  /** All folds that exist; the first `searchFolds` judge every solution, the others settle near-ties. */
  folds: { view: View; trainRows: number; validRows: number }[];
  searchFolds: number;
  sealedRows: number;
  trainRows: number;
  testRows: number;
  /** What else a person should know: rows kept together, tables held back. Splits of earlier versions have none. */
  notes?: readonly string[];
  /** Files of the competition that no solution gets to see. */
  heldBack?: readonly string[];
  /** Training rows a search view is capped at (the paper's 30,000); the final view has all. */
  subsample: number | null;
};

/** What became of one submission file under one view. `score` is null on `final` (no labels) and when invalid. */
export type Judgement = {
  status: "scored" | "accepted" | "invalid-submission";
  score: number | null;
  /** The exact reason of a rejection: what is wrong, where, what was expected. */
  reason: string | null;
  rows: number;
  seconds: number;
};

/** How intervals are made now; a run says it, so that verifying can tell whether it would make the same ones. */
export const INTERVAL_RULE = "bca-1";

/** Score over several views: mean of the views' scores weighted by rows, with a 95 % interval (`python/referee/statistics/intervals.py`). */
export type Score = { score: number; interval: [number, number] };

/** Paired bootstrap over the same rows. `gain` > 0 means the challenger is better, whatever the metric's direction. */
export type Comparison = {
  gain: number;
  standardError: number;
  /** Share of bootstrap draws in which the challenger is strictly better. */
  probability: number;
};

/** What is left of a solution's score when it was trained on shuffled answers, against the true ones. */
export type Canary = {
  score: number;
  /** Its score on the same rows when it was trained on the true answers. */
  real: number;
  /** Range of the scores its predictions have on the wrong rows (98 %). */
  chance: [number, number];
  /** How often chance does as well. */
  probability: number;
  /** Share of its gain over chance that is left; null when it had none. */
  share: number | null;
  /** It knows the answers by another way than the training rows. */
  aboveChance: boolean;
};

/** A view that predictions are banked for; `fold-0@1` is fold 0 once more, the script run with another seed. */
export type ViewRun = View | `${View}@${number}`;

/** A challenger of an incumbent, with the views that both were run on. */
export type Challenger = { id: string; views: readonly ViewRun[] };

/** `familyProbability`: how often the best of all challengers would gain less, were none better than the incumbent. */
export type Contest = Comparison & { id: string; familyProbability: number };

/** A score without the luck of having been the best of many. */
export type Corrected = { tries: number; solutions: { id: string; corrected: number }[] };

/** The finalists best first by search and sealed rows; `luck` is what being chosen adds to the chosen one's sealed score. */
export type Choice = {
  order: string[];
  luck: number;
  finalists: { id: string; score: number; interval: [number, number] }[];
  /** Of the chosen one, its luck accounted for; null without finalists. */
  interval: [number, number] | null;
};

export type BlendMethod = "mean" | "rank-mean" | "hill-climb" | "stack";

/** An ensemble computed from banked predictions; it is banked under `id` like any solution. */
export type Blend = {
  id: string;
  method: BlendMethod;
  members: string[];
  weights: number[];
  score: number;
  interval: [number, number];
};

export interface Referee {
  readonly split: Split;
  /** Absolute path of the read-only input folder of a view (made when first asked for); a self-reported run has but the public one. */
  input(view: View): Promise<string>;
  /** Validates a submission, banks its predictions under `id`, scores it. Never throws for what a script did. */
  judge(id: string, view: View, submission: string): Promise<Judgement>;
  /** Pools banked judgements of one solution. */
  score(id: string, views: readonly View[]): Promise<Score>;
  /** Challenger against incumbent on views both are banked for. */
  compare(incumbent: string, challenger: string, views: readonly View[]): Promise<Comparison>;
  /** All challengers of one incumbent at once, on the same draws: which gains are more than the luck of many tries. */
  compareAll(incumbent: string, challengers: readonly Challenger[]): Promise<Contest[]>;
  /** The scores of solutions and of blends of them, corrected for how many were tried. */
  correct(
    solutions: readonly string[],
    blends: readonly Pick<Blend, "id" | "members" | "weights">[],
    views: readonly View[],
  ): Promise<Corrected>;
  /** Opens the sealed holdout for these solutions, once in the life of a run; whatever else asks for it is refused. */
  unseal(finalists: readonly string[]): Promise<void>;
  /** Chooses among finalists that the sealed holdout has judged, and closes it for good. */
  choose(finalists: readonly { id: string; search: number }[], searchRows: number): Promise<Choice>;
  /** What a solution whose predictions under a shuffled view are banked knows of the true answers. */
  canary(id: string, view: View): Promise<Canary>;
  /** Fits an ensemble on the banked search predictions (stacking is nested, out of fold) and banks it under `id`. */
  blend(
    id: string,
    method: BlendMethod,
    members: readonly string[],
    views: readonly View[],
  ): Promise<Blend>;
  /** Applies a blend to its members' banked predictions of `sealed` or `final`; writes a submission file; returns its path. */
  applyBlend(blend: Blend, view: "sealed" | "final"): Promise<string>;
  close(): Promise<void>;
}
