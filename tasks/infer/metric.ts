import type { Metric, MetricName, TaskType } from "../competition.ts";
import {
  CLASS_METRICS,
  LOGARITHMIC_METRICS,
  metricOf,
  NO_PARAMETERS,
  NUMBER_METRICS,
  PROBABILITY_METRICS,
  RANKING_METRICS,
} from "../metric-kinds.ts";
import type { Sketch, Tables } from "../tables/sketch.ts";
import { setSeparator } from "./label-sets.ts";
import {
  BRING_METRIC,
  type MetricReading,
  metricInText,
  type NamedMetric,
} from "./metric-words.ts";
import { hasManyClasses, isRanked, type TargetGuess } from "./target.ts";

/** Metrics that count the labels which two sets share, where a cell holds several. */
const OVERLAP_METRICS: readonly MetricName[] = [
  "f1",
  "f1_macro",
  "f1_micro",
  "f1_weighted",
  "fbeta",
  "jaccard",
];

/** Grades of relevance hardly go beyond this (0 to 4 is usual). */
const MAX_GRADE = 10;

/**
 * A metric with the reason for it; `others` lists what it could be as well, `unfit` is one of classes that the
 * description names for numbers of which nearly every row has its own.
 */
export type MetricGuess = {
  metric: Metric;
  type: TaskType;
  why: string;
  others: MetricName[];
  unfit: MetricName | null;
};

/** The metric that the description names if it fits the target, else the usual one for the kind of problem. */
export function inferMetric(
  tables: Tables,
  guess: TargetGuess,
  type: TaskType,
  description: string | null,
): MetricGuess {
  const described = description === null ? null : metricInText(description);
  const usual = usualMetric(tables, guess, type);
  const target = tables.train.columns.get(guess.target_columns[0] ?? "");
  if (described === null) return usual;
  if (!described.known || isOfColumnsOnly(described, type)) {
    const words = described.known ? `column-wise ${described.metric.name}` : described.words;
    const why = `${usual.why}; the description names ${words}, which is not computed here: ${BRING_METRIC}`;
    return { ...usual, why };
  }
  const overlap = OVERLAP_METRICS.includes(described.metric.name);
  if (overlap && target !== undefined && setSeparator(target) !== null) {
    const why = `${usual.why}, and a cell of ${target.name} holds several labels: ${described.metric.name} of such sets, which the description names, is not computed here: ${BRING_METRIC}`;
    return { ...usual, why };
  }
  const fitted = coerceMetric(described.metric.name, type, tables, guess);
  if (fitted === null) {
    const isRanking = RANKING_METRICS.includes(described.metric.name);
    const why = `${usual.why}; ${described.metric.name}, which the description names, ${isRanking ? `is computed of several guesses in a cell, not of a score for each row: ${BRING_METRIC}` : "does not fit it"}`;
    const isOfClasses = CLASS_METRICS.includes(described.metric.name);
    return { ...usual, why, unfit: isOfClasses ? described.metric.name : null };
  }
  const metric = metricOf(fitted.name, withCount(described.metric, tables, guess));
  const why = `the description names ${described.metric.name}`;
  return { metric, type: fitted.type, why, others: [], unfit: null };
}

/** The metric that the user named, in the form that fits the submission; the description may know its k. */
export function givenMetric(
  tables: Tables,
  guess: TargetGuess,
  type: TaskType,
  given: NamedMetric,
  description: string | null,
): MetricGuess {
  const fitted =
    coerceMetric(given.name, type, tables, guess) ??
    classesAsTold(given.name, tables.train.columns.get(guess.target_columns[0] ?? ""));
  const described = description === null ? null : metricInText(description);
  const same = described?.known === true && described.metric.name === given.name;
  const parameters = { ...given, k: given.k ?? (same ? described.metric.k : null) };
  const metric = metricOf(fitted?.name ?? given.name, withCount(parameters, tables, guess));
  return { metric, type: fitted?.type ?? type, why: "given by you", others: [], unfit: null };
}

/** A mean over columns that the metric of one column per class does not take. */
function isOfColumnsOnly(reading: MetricReading & { known: true }, type: TaskType): boolean {
  const whole: MetricName[] = ["log_loss", "brier", "balanced_log_loss"];
  return reading.columnwise && type === "multiclass" && whole.includes(reading.metric.name);
}

/** A ranking's k, which the sample submission shows where no word says it. */
function withCount(metric: NamedMetric, tables: Tables, guess: TargetGuess): NamedMetric {
  if (metric.k !== null || !RANKING_METRICS.includes(metric.name)) return metric;
  const cells = tables.sample.columns.get(guess.prediction_columns[0] ?? "");
  const target = tables.train.columns.get(guess.target_columns[0] ?? "");
  const shows = cells !== undefined && isRanked(cells, target);
  return { ...metric, k: shows ? cellsPerRow(tables, guess) : null };
}

/** Coerces a metric to the form of the submission (`roc_auc` of several columns); null when it cannot be meant. */
export function coerceMetric(
  name: MetricName,
  type: TaskType,
  tables: Tables,
  guess: TargetGuess,
): { name: MetricName; type: TaskType } | null {
  const target = tables.train.columns.get(guess.target_columns[0] ?? "");
  if (NUMBER_METRICS.includes(name)) {
    return target === undefined ? null : numberForm(name, target, guess.target_columns.length);
  }
  if (RANKING_METRICS.includes(name)) return rankingForm(name, type, tables, guess);
  if (!CLASS_METRICS.includes(name)) return { name, type };
  // The Gini coefficient of amounts is another one than that of two classes.
  if (name === "gini" && type === "regression") return null;
  return type === "regression"
    ? classesOfNumbers(name, target)
    : { name: columnForm(name, type), type };
}

/** A metric of several guesses in a cell; null where a row has a score. */
function rankingForm(
  name: MetricName,
  type: TaskType,
  { train, sample }: Tables,
  { target_columns, prediction_columns }: TargetGuess,
): { name: MetricName; type: TaskType } | null {
  const target = train.columns.get(target_columns[0] ?? "");
  const cells = sample.columns.get(prediction_columns[0] ?? "");
  if (target !== undefined && holdsScores(name, cells, target)) return null;
  return { name, type: name === "map_at_k" && type === "regression" ? "multiclass" : type };
}

/** Whether a sample submission holds a score by which the rows of a query are ordered, where train has grades. */
function holdsScores(name: MetricName, cells: Sketch | undefined, target: Sketch): boolean {
  if (cells === undefined || !cells.numeric || !target.numeric || isRanked(cells, target))
    return false;
  const isGrade = target.integer && !target.many && target.low === 0 && target.high <= MAX_GRADE;
  const isDecimal = [...cells.values.keys()].some((cell) => cell.includes("."));
  return isGrade && (isDecimal || name === "ndcg_at_k");
}

/** A metric of classes on whole numbers; null where they can hardly be classes. */
function classesOfNumbers(
  name: MetricName,
  target: Sketch | undefined,
): { name: MetricName; type: TaskType } | null {
  if (target === undefined || !target.integer || hasManyClasses(target)) return null;
  // A probability for each of very many numbers can hardly be meant, one of them as a label can.
  if (PROBABILITY_METRICS.includes(name) && target.values.size > 100) return null;
  return { name: columnForm(name, "multiclass"), type: "multiclass" };
}

/** A metric of labels that the user names makes classes of whole numbers, also of very many. */
function classesAsTold(
  name: MetricName,
  target: Sketch | undefined,
): { name: MetricName; type: TaskType } | null {
  const isOfLabels = CLASS_METRICS.includes(name) && !PROBABILITY_METRICS.includes(name);
  if (!isOfLabels || target?.integer !== true) return null;
  return { name: columnForm(name, "multiclass"), type: "multiclass" };
}

function numberForm(
  name: MetricName,
  target: Sketch,
  targets: number,
): { name: MetricName; type: TaskType } | null {
  if (!target.numeric || (LOGARITHMIC_METRICS.includes(name) && target.low < 0)) return null;
  if (name === "quadratic_kappa") return { name, type: "multiclass" };
  return { name, type: targets > 1 ? "multi-target" : "regression" };
}

function columnForm(name: MetricName, type: TaskType): MetricName {
  if (name === "roc_auc" && type === "multilabel") return "roc_auc_columns";
  if (name === "roc_auc" && type === "multiclass") return "roc_auc_macro";
  if (name === "f1" && type !== "binary") return "f1_macro";
  return name;
}

function usualMetric(tables: Tables, guess: TargetGuess, type: TaskType): MetricGuess {
  const cells = tables.sample.columns.get(guess.prediction_columns[0] ?? "");
  const choose = (name: MetricName, why: string, others: MetricName[]): MetricGuess => ({
    metric: metricOf(name, withCount({ ...NO_PARAMETERS, name }, tables, guess)),
    type,
    why,
    others,
    unfit: null,
  });
  const target = tables.train.columns.get(guess.target_columns[0] ?? "");
  if (cells !== undefined && isRanked(cells, target)) {
    return choose("map_at_k", "the sample submission holds several guesses a row", []);
  }
  if (type === "regression" || type === "multi-target") {
    return choose("rmse", "the target is a number", ["mae", "rmsle", "r2", "mape"]);
  }
  if (type === "multilabel") {
    return choose("roc_auc_columns", "there are several yes/no targets", ["log_loss", "f1_macro"]);
  }
  if (guess.prediction_columns.length > 1) {
    return choose("log_loss", "the submission has a column for each class", ["roc_auc_macro"]);
  }
  if (type === "binary" && cells?.numeric && (!cells.integer || cells.values.size === 1)) {
    return choose("roc_auc", "the submission holds probabilities", ["log_loss", "accuracy", "f1"]);
  }
  return choose("accuracy", "the submission holds classes", [
    "f1_macro",
    "balanced_accuracy",
    "quadratic_kappa",
    "mcc",
  ]);
}

function cellsPerRow(tables: Tables, guess: TargetGuess): number {
  const cells = tables.sample.columns.get(guess.prediction_columns[0] ?? "");
  const first = [...(cells?.values.keys() ?? [])][0] ?? "";
  return first.split(" ").length;
}
