import * as z from "zod";

/** Metrics the referee computes itself; `custom` means the competition's own metric.py. */
export const MetricName = z.enum([
  "accuracy",
  "balanced_accuracy",
  "top_k_accuracy",
  "log_loss",
  "balanced_log_loss",
  "brier",
  "roc_auc",
  "roc_auc_macro",
  "roc_auc_columns",
  "gini",
  "average_precision",
  "f1",
  "f1_macro",
  "f1_micro",
  "f1_weighted",
  "fbeta",
  "jaccard",
  "quadratic_kappa",
  "mcc",
  "rmse",
  "mse",
  "rmsle",
  "msle",
  "rmspe",
  "mae",
  "mape",
  "wmape",
  "smape",
  "pinball",
  "r2",
  "pearson",
  "spearman",
  "map_at_k",
  "ndcg_at_k",
  "custom",
]);
export type MetricName = z.infer<typeof MetricName>;

/** Metrics for which less is better; `custom` says so itself. */
export const MINIMIZED: readonly MetricName[] = [
  "log_loss",
  "balanced_log_loss",
  "brier",
  "rmse",
  "mse",
  "rmsle",
  "msle",
  "rmspe",
  "mae",
  "mape",
  "wmape",
  "smape",
  "pinball",
];

export const Direction = z.enum(["maximize", "minimize"]);
export type Direction = z.infer<typeof Direction>;

export const Metric = z.strictObject({
  name: MetricName.describe("how submissions are scored"),
  direction: Direction.describe("whether higher or lower is better"),
  k: z
    .number()
    .int()
    .positive()
    .nullable()
    .default(null)
    .describe("k of map_at_k, ndcg_at_k and top_k_accuracy"),
  beta: z.number().positive().nullable().default(null).describe("beta of fbeta"),
  quantile: z.number().gt(0).lt(1).nullable().default(null).describe("quantile of pinball"),
});
export type Metric = z.infer<typeof Metric>;

export const TaskType = z.enum([
  "regression",
  "binary",
  "multiclass",
  "multilabel",
  "multi-target",
  "ranking",
  "other",
]);
export type TaskType = z.infer<typeof TaskType>;

/** How a column writes dates; what comes first where three numbers are a date, or the unit that counts from 1970. */
export const DateForm = z.enum([
  "year-first",
  "day-first",
  "month-first",
  "short-year-first",
  "month-name",
  "month-year",
  "week",
  "quarter",
  "digits",
  "time-of-day",
  "seconds",
  "milliseconds",
  "microseconds",
  "nanoseconds",
]);
export type DateForm = z.infer<typeof DateForm>;

/** Units of a moment that stands in several columns, the largest first. */
export const TimeUnit = z.enum([
  "year",
  "quarter",
  "month",
  "week",
  "day_of_year",
  "day",
  "hour",
  "minute",
]);
export type TimeUnit = z.infer<typeof TimeUnit>;
/** The columns that together say when a row is, by unit. */
const TimeParts = z.partialRecord(TimeUnit, z.string());
export type TimeParts = z.infer<typeof TimeParts>;

/** `task.yaml`: what a competition says of itself. Paths are relative to its folder. */
export const TaskFile = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/u),
  title: z.string().min(1),
  /** What else it is called; pages with such a name are kept out of benchmark runs. */
  aliases: z.array(z.string()).default([]),
  type: TaskType,
  metric: Metric,
  /** The id column of the sample submission, and of train and test unless `submission_id` says otherwise; null when rows have none. */
  id_column: z.string().nullable().default(null),
  /** The columns of the training table that hold the answer (usually one). */
  target_columns: z.array(z.string()).min(1),
  /** The columns of a submission that hold predictions; class names for a column-per-class metric. */
  prediction_columns: z.array(z.string()).min(1),
  /** Of two classes the one that a probability, F1, … is of; null: the second in order, or the one that the prediction column is named after. */
  positive_class: z.string().nullable().default(null),
  group_column: z.string().nullable().default(null),
  /** One column, or a column for each unit of time. */
  time_column: z.union([z.string(), TimeParts]).nullable().default(null),
  /** How the date columns of all tables are written, by name; other columns hold no dates. Null: found from the tables. */
  dates: z.record(z.string(), DateForm).nullable().default(null),
  /** Columns of the training table that name a media file of the row: its path, or its name with or without extension in a folder of `files.other`. */
  media_columns: z.array(z.string()).default([]),
  /** Columns that no solution gets to see, in train or test: they give the answer away, say. */
  drop_columns: z.array(z.string()).default([]),
  files: z
    .strictObject({
      train: z.string().default("train.csv"),
      test: z.string().default("test.csv"),
      sample_submission: z.string().default("sample_submission.csv"),
      description: z.string().default("description.md"),
      /** Other tables and folders a solution may read. */
      other: z.array(z.string()).default([]),
    })
    .prefault({}),
  /** A table beside `files.train` that has the answers, one row for each id; null when train has them itself. */
  labels_file: z.string().nullable().default(null),
  /**
   * How the ids of a submission are made when no table has them: the cells of these columns, and the name of
   * the target when `target` is set (long format, one row for each id and target), with the separator between.
   */
  submission_id: z
    .strictObject({
      columns: z.array(z.string()).min(1),
      separator: z.string(),
      target: z.boolean().default(false),
    })
    .nullable()
    .default(null),
  /**
   * How the answers are written where they are no plain numbers: words for a missing one, and what stands around and
   * between the digits. Solutions see plain numbers and empty cells; null when the answers are read as they stand.
   */
  answer_form: z
    .strictObject({
      missing: z.array(z.string()).default([]),
      prefix: z.string().default(""),
      suffix: z.string().default(""),
      thousands: z.string().default(""),
      decimal: z.enum([".", ","]).default("."),
      /** How numbers below zero are written: -5, (5) or 5-. */
      negative: z.enum(["minus", "parentheses", "minus-after"]).default("minus"),
    })
    .nullable()
    .default(null),
  /** What stands between the labels in a cell of the target that holds several; null: a cell is one answer. */
  label_separator: z.string().min(1).nullable().default(null),
  /** Overrules the referee's choice of split; null: it chooses. */
  split: z
    .strictObject({
      strategy: z.enum(["random", "stratified", "group", "time"]).nullable().default(null),
      /** How many folds judge every solution. */
      folds: z.number().int().min(1).max(5).nullable().default(null),
    })
    .prefault({}),
  /** Overrules what becomes of a further file: in every view whole, or in none. */
  tables: z.record(z.string(), z.enum(["shared", "held-back"])).default({}),
  /** Python file with `score(submission, answers) -> float`, for metric `custom`. */
  metric_file: z.string().nullable().default(null),
  /** Scores to compare a result with when it is shown, by name; no solution and no model sees them. */
  thresholds: z.record(z.string().min(1), z.number()).default({}),
  license: z.string().nullable().default(null),
  source: z.string().nullable().default(null),
});
export type TaskFile = z.infer<typeof TaskFile>;

/** How answers are written that are no plain numbers. */
export type AnswerForm = NonNullable<TaskFile["answer_form"]>;

/** A competition on disk, checked. */
export type Competition = TaskFile & {
  /** Absolute path of the public folder. */
  folder: string;
  description: string;
};

/** The columns that say when a row is. */
export function timeColumns({ time_column }: Pick<TaskFile, "time_column">): string[] {
  if (time_column === null) return [];
  return typeof time_column === "string" ? [time_column] : Object.values(time_column);
}

/** The score that nothing can beat; null where the competition's own code scores. */
export function perfectScore(metric: MetricName): number | null {
  if (metric === "custom") return null;
  return MINIMIZED.includes(metric) ? 0 : 1;
}

/** Whether score `a` beats score `b`. `null` loses to any number. */
export function isBetter(a: number | null, b: number | null, direction: Direction): boolean {
  if (a === null) return false;
  if (b === null) return true;
  return direction === "maximize" ? a > b : a < b;
}

/** Sorts best first; equal scores keep their order. */
export function bestFirst<T>(
  items: readonly T[],
  scoreOf: (item: T) => number | null,
  direction: Direction,
): T[] {
  return [...items].sort((a, b) => {
    if (isBetter(scoreOf(a), scoreOf(b), direction)) return -1;
    return isBetter(scoreOf(b), scoreOf(a), direction) ? 1 : 0;
  });
}
