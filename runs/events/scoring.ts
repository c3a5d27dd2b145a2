import * as z from "zod";

const VIEW = String.raw`(?:(?:fold|trial|halved|shuffled|rekeyed|perturbed|fresh|permuted)-\d+|sealed|final)`;

/** Whether high or low scores are good. */
export const Direction = z.enum(["maximize", "minimize"]);
export type Direction = z.infer<typeof Direction>;

/**
 * What a solution is run on: a search fold (`fold-0` …), the first fold with the answers of its training rows
 * shuffled, with half of its training rows, or so disguised that who knows its rows does not recognize it, the sealed holdout, or everything for the
 * real submission.
 */
export type View =
  | `${"fold" | "trial" | "halved" | "shuffled" | "rekeyed" | "perturbed" | "fresh" | "permuted"}-${number}`
  | "sealed"
  | "final";
export const View = z.custom<View>(matches(new RegExp(`^${VIEW}$`, "u")), "not a view");

/** A view that predictions are banked for; `fold-0@1` is fold 0 once more, the script run with another seed. */
export type ViewRun = View | `${View}@${number}`;
export const ViewRun = z.custom<ViewRun>(
  matches(new RegExp(`^${VIEW}(?:@\\d+)?$`, "u")),
  "not a run of a view",
);

function matches(pattern: RegExp): (value: unknown) => boolean {
  return (value) => typeof value === "string" && pattern.test(value);
}

/** Ends of a 95 % confidence interval. */
export const Interval = z.tuple([z.number(), z.number()]);
export type Interval = z.infer<typeof Interval>;

/** Frozen once per run, by data hash and seed. `self-reported`: a layout the referee cannot split. */
export const Split = z.object({
  kind: z.enum(["holdout", "k-fold", "self-reported"]),
  strategy: z.enum(["random", "stratified", "group", "time", "none"]),
  /** One sentence a person can check: why this split. */
  why: z.string(),
  hash: z.string(),
  /** All folds that exist; the first `searchFolds` judge every solution, the others decide near-ties. */
  folds: z.array(z.object({ view: View, trainRows: z.number(), validRows: z.number() })),
  searchFolds: z.number(),
  sealedRows: z.number(),
  trainRows: z.number(),
  testRows: z.number(),
  /** What else a person should know: rows kept together, tables held back. */
  notes: z.array(z.string()),
  /** Files of the competition that no solution gets to see. */
  heldBack: z.array(z.string()),
  /** Training rows a search view is capped at (the paper's 30,000); the final view has all. */
  subsample: z.number().nullable(),
});
export type Split = z.infer<typeof Split>;

/** What one prediction for all rows scores; null where the metric is the competition's own or has no value. */
export const ConstantScores = z.object({
  search: z.number().nullable(),
  sealed: z.number().nullable(),
});
export type ConstantScores = z.infer<typeof ConstantScores>;

/** A file of the prediction bank, relative to the referee's folder, and its sha256. */
export const Banked = z.object({ file: z.string(), sha256: z.string() });
export type Banked = z.infer<typeof Banked>;

/** What became of one submission file under one view. `score` is null on `final` (no labels) and when invalid. */
export const Judgment = z.object({
  status: z.enum(["scored", "accepted", "invalid-submission"]),
  score: z.number().nullable(),
  /** The exact reason of a rejection: what is wrong, where, what was expected. */
  reason: z.string().nullable(),
  rows: z.number(),
  seconds: z.number(),
  /** Its predictions as they are kept; null where none are: an invalid or a self-reported one. */
  banked: Banked.nullable(),
  /**
   * What was read as which exact id or label, as 11 for 011; null where the text was exact. Of the final view the
   * exact text was written beside the submission: `sha256` is its hash.
   */
  normalized: z.object({ note: z.string(), sha256: z.string().nullable() }).nullable(),
});
export type Judgment = z.infer<typeof Judgment>;

/** Score over several views: mean of the views' scores weighted by rows, with a 95 % interval. */
export const Score = z.object({ score: z.number(), interval: Interval });
export type Score = z.infer<typeof Score>;

/** Paired bootstrap over the same rows. `gain` > 0 means the challenger is better, whatever the metric's direction. */
export const Comparison = z.object({
  gain: z.number(),
  standardError: z.number(),
  /** Share of bootstrap draws in which the challenger is strictly better. */
  probability: z.number(),
});
export type Comparison = z.infer<typeof Comparison>;

/** A challenger of an incumbent, compared with it beside all other challengers on the same draws. */
export const ChallengerComparison = Comparison.extend({
  id: z.string(),
  /** How often the best of all challengers would gain less, were none better than the incumbent (max statistic). */
  familyProbability: z.number(),
});
export type ChallengerComparison = z.infer<typeof ChallengerComparison>;

/** What is left of a solution's score when it was trained on shuffled answers, against the true ones. */
export const Canary = z.object({
  score: z.number(),
  /** Its score on the same rows when it was trained on the true answers. */
  real: z.number(),
  /** Range of the scores its predictions have on the wrong rows (98 %). */
  chance: Interval,
  /** How often chance does as well. */
  probability: z.number(),
  /** Share of its gain over chance that is left; null when it had none. */
  share: z.number().nullable(),
  /** It knows the answers by another way than the training rows. */
  aboveChance: z.boolean(),
  /** Bits that a script would have to hold to know the answers of single rows that well; null where that is not asked. */
  bits: z.number().nullable(),
});
export type Canary = z.infer<typeof Canary>;

/** What is left of a script's score when it runs again: on a disguised view, or alone on the same one. */
export const Repeated = z.object({
  score: z.number(),
  real: z.number(),
  /** Share of its gain over knowing nothing that is gone; null where there was none. */
  lost: z.number().nullable(),
  /** How probable so large a loss is by the rows alone. */
  probability: z.number(),
  isLost: z.boolean(),
});
export type Repeated = z.infer<typeof Repeated>;

/** What a submission is expected to score on the test rows, by its sealed score and what differs there. */
export const Projection = z.object({
  score: z.number(),
  interval: Interval,
  /** What more training rows are expected to add to the score, with its standard error; null where it was not measured. */
  rows: z.number().nullable(),
  rowsError: z.number(),
  /** Standard deviation from one stretch of time to the next, beyond chance; null where it was not measured. */
  time: z.number().nullable(),
  /** How much wider an interval is for one draw of as many test rows. */
  test: z.number(),
  /** What the interval draws as a whole. */
  drawn: z.enum(["rows", "groups", "times"]),
});
export type Projection = z.infer<typeof Projection>;

export const BlendMethod = z.enum(["mean", "rank-mean", "hill-climb", "stack"]);
export type BlendMethod = z.infer<typeof BlendMethod>;

/** An ensemble computed from banked predictions; it is banked under `id` like any solution. */
export const Blend = z.object({
  id: z.string(),
  method: BlendMethod,
  members: z.array(z.string()),
  /** One per member, in their order. */
  weights: z.array(z.number()),
  score: z.number(),
  interval: Interval,
  /** Its predictions and its recipe as they are kept. */
  banked: z.array(Banked),
});
export type Blend = z.infer<typeof Blend>;

/** A fitted weight no larger than this is rounding. */
const WEIGHT_EPSILON = 1e-9;

/** Members that have a part in a blend: only their scripts are run, committed and published. */
export function usedMembers({ members, weights }: Pick<Blend, "members" | "weights">): string[] {
  return members.filter((_, index) => Math.abs(weights[index] ?? 0) > WEIGHT_EPSILON);
}

/** Predictions of one answer against the truth, in sums over many rows: none of them tells the answer of a row. */
const DiagnosedColumn = z.object({
  name: z.string(),
  /** Mean predicted probability and the share that came true, with its 95 % interval, in bins of at least 20 rows. */
  calibration: z
    .array(
      z.object({ rows: z.number(), predicted: z.number(), actual: z.number(), interval: Interval }),
    )
    .nullable(),
  /** How often each class (a row) was called which (a column); one row and column more than labels: all others. */
  confusion: z
    .object({
      /** What makes a prediction a class: 0.5 and more; the highest ones, as many as have it; the highest class; it is given. */
      by: z.enum(["half", "as-many", "highest", "given"]),
      labels: z.array(z.string()),
      counts: z.array(z.array(z.number())),
    })
    .nullable(),
  /** Answer less prediction. */
  residuals: z
    .object({
      /** Of the logarithm of 1 + the number, as the metric has it. */
      isLogarithmic: z.boolean(),
      /** Its 10, 25, 50, 75 and 90 % quantiles by the size of the prediction. */
      bySize: z.array(
        z.object({ rows: z.number(), predicted: z.number(), quantiles: z.array(z.number()) }),
      ),
      /** How many rows lie between two edges each; what lies farther out is counted at the ends. */
      edges: z.array(z.number()),
      counts: z.array(z.number()),
    })
    .nullable(),
});

export const Diagnosis = z.object({
  rows: z.number(),
  columns: z.array(DiagnosedColumn),
  /** Answers of several that are not shown. */
  leftOut: z.number(),
});
export type Diagnosis = z.infer<typeof Diagnosis>;

/** Groups of rows on which a solution loses more than on the others, those first that cost most. */
export const WeakRows = z.object({
  /** What is lost in a row, in words. */
  loss: z.string(),
  overall: z.number(),
  rows: z.number(),
  groups: z.array(
    z.object({
      /** Null: what the solution itself predicts. */
      column: z.string().nullable(),
      values: z.string(),
      share: z.number(),
      loss: z.number(),
      /** Mean of prediction less truth; null where they are no numbers. */
      bias: z.number().nullable(),
    }),
  ),
});
export type WeakRows = z.infer<typeof WeakRows>;

/** Which columns the predictions of a solution follow, by a small model of them that sees no answer. */
export const SurrogateImportance = z.object({
  /** R² of that model on rows it has not seen. */
  explained: z.number(),
  /** How much less that is where a column is mixed up; largest first. */
  columns: z.array(z.object({ column: z.string(), lost: z.number() })),
});
export type SurrogateImportance = z.infer<typeof SurrogateImportance>;

/** What the journal keeps of scores as the referee gave them. */
export const scoringEvents = {
  /** An execution, or a blend, that was repeated because what it had left was gone or damaged. */
  restored: z.object({
    solution: z.string(),
    /** Null for the search views of a blend. */
    view: ViewRun.nullable(),
    /** Whether it left the same, to the byte. */
    isSame: z.boolean(),
    submissionHash: z.string().nullable(),
    /** As the referee judges it now; the score that was journaled first stands. */
    score: z.number().nullable(),
    banked: z.array(Banked),
    seconds: z.number(),
  }),
  judged: Judgment.extend({ solution: z.string(), view: ViewRun }),
  pooled: Score,
  /** How many folds score every solution, of those that the split has for it, by what the first script took on one. */
  "folds-chosen": z.object({ folds: z.number(), of: z.number(), seconds: z.number() }),
  /**
   * Whether the search trains on all rows of its folds, by what a first script took on the capped ones and on all data;
   * `seconds` null: it did not run there, or was not asked to.
   */
  "rows-chosen": z.object({
    solution: z.string(),
    isLifted: z.boolean(),
    capped: z.number(),
    whole: z.number(),
    trialSeconds: z.number(),
    seconds: z.number().nullable(),
  }),
  /** Who may be a member of a blend: those among these, best first, whose errors differ. */
  "members-chosen": z.object({
    candidates: z.array(z.object({ id: z.string(), parent: z.string().nullable() })),
    views: z.array(View),
    most: z.number(),
    members: z.array(z.string()),
  }),
  /** Two solutions compared on the rows of some views; whoever asked decides by it, or ranks an ablation. */
  compared: Comparison.extend({
    incumbent: z.string(),
    challenger: z.string(),
    views: z.array(View),
  }),
  blended: Blend.omit({ id: true }).extend({
    solution: z.string(),
    /** Holds its members' scripts and their weights. */
    commit: z.string(),
  }),
  /** Of what was handed in, on the rows of the search. */
  diagnosed: Diagnosis.extend({ solution: z.string(), views: z.array(View) }),
} as const;
