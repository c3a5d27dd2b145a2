import { type Direction, type Metric, type MetricName, MINIMIZED } from "./competition.ts";

/** Metrics whose answers are numbers. */
export const NUMBER_METRICS: readonly MetricName[] = [
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
  "quadratic_kappa",
];

/** Metrics that compare classes, given as labels or as probabilities. */
export const CLASS_METRICS: readonly MetricName[] = [
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
  "mcc",
];

/** Metrics of probabilities or scores of classes; the other class metrics compare labels. */
export const PROBABILITY_METRICS: readonly MetricName[] = [
  "log_loss",
  "balanced_log_loss",
  "brier",
  "roc_auc",
  "roc_auc_macro",
  "roc_auc_columns",
  "gini",
  "average_precision",
];

/** Metrics of several guesses a row, best first. */
export const RANKING_METRICS: readonly MetricName[] = ["map_at_k", "ndcg_at_k", "top_k_accuracy"];

/** Metrics that only look at the order of the predictions. */
export const ORDER_METRICS: readonly MetricName[] = [
  "roc_auc",
  "roc_auc_columns",
  "gini",
  "average_precision",
  "spearman",
];

/** Metrics of numbers of 0 or more. */
export const LOGARITHMIC_METRICS: readonly MetricName[] = ["rmsle", "msle"];

/** Metrics whose best constant is a median rather than a mean. */
export const ABSOLUTE_METRICS: readonly MetricName[] = ["mae", "mape", "wmape", "smape", "pinball"];

/** The number that a metric needs beside its name, null where it needs none. */
export type Parameters = Pick<Metric, "k" | "beta" | "quantile">;

export const NO_PARAMETERS: Parameters = { k: null, beta: null, quantile: null };

/** The metric with the direction that belongs to it; parameters of other metrics are left out. */
export function metricOf(name: MetricName, given: Parameters = NO_PARAMETERS): Metric {
  return {
    name,
    direction: directionOf(name),
    k: RANKING_METRICS.includes(name) ? (given.k ?? 5) : null,
    beta: name === "fbeta" ? given.beta : null,
    quantile: name === "pinball" ? given.quantile : null,
  };
}

/** Whether more or less is better. */
function directionOf(name: MetricName): Direction {
  return MINIMIZED.includes(name) ? "minimize" : "maximize";
}
