import type { Metric, MetricName, TaskType } from "../competition.ts";
import { CLASS_METRICS, metricOf, NUMBER_METRICS } from "../metric-kinds.ts";
import type { Sketch, Tables } from "../tables/sketch.ts";
import { metricInText } from "./metric-words.ts";
import { hasManyClasses, isRanked, type TargetGuess } from "./target.ts";

/** Metrics of probabilities. */
const PROBABILITY_METRICS: readonly MetricName[] = [
  "log_loss",
  "roc_auc",
  "roc_auc_macro",
  "roc_auc_columns",
];

/** A metric with the reason for it; `others` lists what it could be as well. */
export type MetricGuess = { metric: Metric; type: TaskType; why: string; others: MetricName[] };

/** The metric that the description names if it fits the target, else the usual one for the kind of problem. */
export function inferMetric(
  tables: Tables,
  guess: TargetGuess,
  type: TaskType,
  description: string | null,
): MetricGuess {
  const described = description === null ? null : metricInText(description);
  const fitted = described === null ? null : coerceMetric(described.name, type, tables, guess);
  if (described !== null && fitted !== null) {
    const why = `the description names ${described.name}`;
    return { metric: metricOf(fitted.name, described.k), type: fitted.type, why, others: [] };
  }
  return usualMetric(tables, guess, type);
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
  if (name === "map_at_k" && type === "regression") return { name, type: "multiclass" };
  if (!CLASS_METRICS.includes(name)) return { name, type };
  if (type === "regression") {
    if (target === undefined || !target.integer || hasManyClasses(target)) return null;
    // A probability for each of very many numbers can hardly be meant, one of them as a label can.
    if (PROBABILITY_METRICS.includes(name) && target.values.size > 100) return null;
    return { name: columnForm(name, "multiclass"), type: "multiclass" };
  }
  return { name: columnForm(name, type), type };
}

function numberForm(
  name: MetricName,
  target: Sketch,
  targets: number,
): { name: MetricName; type: TaskType } | null {
  if (!target.numeric || (name === "rmsle" && target.low < 0)) return null;
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
    metric: metricOf(name, name === "map_at_k" ? cellsPerRow(tables, guess) : null),
    type,
    why,
    others,
  });
  if (cells !== undefined && isRanked(cells)) {
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
