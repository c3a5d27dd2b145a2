import { describe, expect, test } from "vitest";
import {
  type MetricReading,
  metricInText,
  metricNamed,
} from "../../../tasks/infer/metric-words.ts";

/** `name`, `name:number`, or `-` for one that is said to be unknown. */
function shownAs(reading: MetricReading | null): string | null {
  if (reading === null) return null;
  if (!reading.known) return "-";
  const { name, k, beta, quantile } = reading.metric;
  const number = k ?? beta ?? quantile;
  return number === null ? name : `${name}:${number}`;
}

describe("a metric is read as what it is, or said to be unknown", () => {
  test.each([
    ["the area under the precision-recall curve (PR AUC)", "average_precision"],
    ["area under the Precision–Recall curve", "average_precision"],
    ["AUPRC", "average_precision"],
    ["AUC-PR", "average_precision"],
    ["AUC of the precision-recall curve", "average_precision"],
    ["average precision", "average_precision"],
    ["area under the\nROC curve", "roc_auc"],
    ["AUC", "roc_auc"],
    ["ROC AUC", "roc_auc"],
    ["AUC-ROC", "roc_auc"],
    ["area under the receiver operating characteristic curve", "roc_auc"],
    ["macro-averaged ROC AUC", "roc_auc_macro"],
    ["mean column-wise ROC AUC", "roc_auc_columns"],
    ["partial AUC", "-"],
    ["micro-averaged AUC", "-"],
    ["the normalized Gini coefficient", "gini"],
    ["the mean of two measures of rank ordering: normalized Gini and default rate captured", "-"],
    ["the mean of two metrics, AUC and recall", "-"],
    ["MSE", "mse"],
    ["mean squared error", "mse"],
    ["root mean square error", "rmse"],
    ["the square root of the mean squared error", "rmse"],
    ["RMSPE", "rmspe"],
    ["root mean square percentage error", "rmspe"],
    ["MCRMSE", "rmse"],
    ["mean column-wise root mean squared error", "rmse"],
    ["weighted RMSE", "-"],
    ["normalized RMSE", "-"],
    ["NRMSE", "-"],
    ["RMSE divided by the mean", "-"],
    ["RMSSE", "-"],
    ["MSLE", "msle"],
    ["mean squared logarithmic error", "msle"],
    ["root mean squared logarithmic error", "rmsle"],
    ["RMSE of log1p of the price", "rmsle"],
    ["RMSE on the log-transformed target", "rmsle"],
    ["RMSE between log(1 + p) and log(1 + t)", "rmsle"],
    ["RMSE between the predicted and the actual price", "rmse"],
    ["WMAPE", "wmape"],
    ["WAPE", "wmape"],
    ["weighted mean absolute percentage error", "wmape"],
    ["sMAPE", "smape"],
    ["MAPE", "mape"],
    ["MAP@5", "map_at_k:5"],
    ["Mean Average Precision @ 7 (MAP@7)", "map_at_k:7"],
    ["mean average precision at 12", "map_at_k:12"],
    ["MAP@K with K = 3", "map_at_k:3"],
    ["mean average precision over IoU thresholds", "-"],
    ["label-weighted label-ranking average precision", "-"],
    ["weighted mean absolute error", "-"],
    ["median absolute error", "-"],
    ["log of the mean absolute error", "-"],
    ["MAE", "mae"],
    ["pinball loss of the quantile 0.9", "pinball:0.9"],
    ["quantile loss at the 95th percentile", "pinball:0.95"],
    ["pinball loss for the quantiles 0.1, 0.5 and 0.9", "-"],
    ["pinball loss", "-"],
    ["Pearson correlation coefficient", "pearson"],
    ["Matthews correlation coefficient", "mcc"],
    ["Spearman's rank correlation", "spearman"],
    ["weighted Pearson correlation", "-"],
    ["R2 score", "r2"],
    ["adjusted R²", "-"],
    ["F2 score", "fbeta:2"],
    ["F0.5", "fbeta:0.5"],
    ["F-beta with beta = 1.5", "fbeta:1.5"],
    ["Fβ", "-"],
    ["probabilistic F1", "-"],
    ["F1", "f1"],
    ["F1, the harmonic mean of precision and recall", "f1"],
    ["precision and recall, combined to the F1 score", "f1"],
    ["macro F1", "f1_macro"],
    ["F1 (macro)", "f1_macro"],
    ["weighted F1-score", "f1_weighted"],
    ["micro-averaged F1", "f1_micro"],
    ["Jaccard index", "jaccard"],
    ["mean IoU of the classes", "jaccard"],
    ["word-level Jaccard score", "-"],
    ["mean IoU of the masks", "-"],
    ["Dice coefficient", "-"],
    ["top-3 accuracy", "top_k_accuracy:3"],
    ["accuracy@5", "top_k_accuracy:5"],
    ["top-1 accuracy", "accuracy"],
    ["top-5 error", "-"],
    ["accuracy", "accuracy"],
    ["weighted accuracy", "-"],
    ["mean per-class accuracy", "balanced_accuracy"],
    ["NDCG@10", "ndcg_at_k:10"],
    ["normalized discounted cumulative gain at 5 (NDCG@5)", "ndcg_at_k:5"],
    ["precision@5", "-"],
    ["recall@20", "-"],
    ["mean reciprocal rank", "-"],
    ["Brier score", "brier"],
    ["log loss", "log_loss"],
    ["multi-class log loss", "log_loss"],
    ["binary cross-entropy", "log_loss"],
    ["mean column-wise log loss", "log_loss"],
    ["balanced log loss", "balanced_log_loss"],
    ["balanced logarithmic loss", "balanced_log_loss"],
    ["weighted multi-class log loss", "-"],
    ["log loss weighted by class", "-"],
    ["quadratic weighted kappa", "quadratic_kappa"],
    ["Cohen's kappa with quadratic weights", "quadratic_kappa"],
    ["Cohen's kappa", "-"],
    ["linearly weighted kappa", "-"],
    ["concordance index", "-"],
    ["C-index", "-"],
    ["Kendall's tau", "-"],
    ["recall", "-"],
    ["the glimmer of the rows", null],
  ])("%s", (words, wanted) => {
    expect(shownAs(metricInText(`# Evaluation\n\nScored by ${words}.`))).toBe(wanted);
    expect(shownAs(metricNamed(words))).toBe(wanted);
  });
});

test("outside of what is said of the evaluation common words are no metric", () => {
  for (const text of ["The Gini index of the region.", "Pearson sells books.", "High recall."]) {
    expect(metricInText(`# Data\n${text}`)).toBeNull();
  }
});

test("what init wrote of a metric is no evidence of it", () => {
  const written =
    "# Rent\n\nPredict `mae` for each row of `test.csv`; `train.csv` has rows with the answer.\n" +
    "The submission has the columns `id`, `mae`,\nlike `sample_submission.csv`.\n" +
    "It is scored by rmsle (lower is better).\n";
  expect(metricInText(written)).toBeNull();
  expect(shownAs(metricInText(`${written}\nScored by MAE.\n`))).toBe("mae");
});
