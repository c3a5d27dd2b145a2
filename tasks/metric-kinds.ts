import { type Direction, type Metric, type MetricName, MINIMIZED } from "./competition.ts";

/** Metrics whose answers are numbers. */
export const NUMBER_METRICS: readonly MetricName[] = [
  "rmse",
  "rmsle",
  "mae",
  "mape",
  "smape",
  "r2",
  "spearman",
  "quadratic_kappa",
];

/** Metrics that compare classes, given as labels or as probabilities. */
export const CLASS_METRICS: readonly MetricName[] = [
  "accuracy",
  "balanced_accuracy",
  "log_loss",
  "roc_auc",
  "roc_auc_macro",
  "roc_auc_columns",
  "f1",
  "f1_macro",
  "f1_micro",
  "f1_weighted",
  "mcc",
];

/** The metric with the direction that belongs to it. */
export function metricOf(name: MetricName, k: number | null = null): Metric {
  return { name, direction: directionOf(name), k: name === "map_at_k" ? (k ?? 5) : null };
}

/** Whether more or less is better. */
function directionOf(name: MetricName): Direction {
  return MINIMIZED.includes(name) ? "minimize" : "maximize";
}
