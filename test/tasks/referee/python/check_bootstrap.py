"""Prints, for every metric, the reference score and the weighted fast path's, on whole and on repeated rows."""

import json
import os
import sys

import numpy as np

sys.path.insert(0, sys.argv[1])
from referee.judging import metrics  # noqa: E402
from referee.problem import Problem  # noqa: E402
from referee.statistics import bootstrap  # noqa: E402

ROWS = 300


def task(metric, targets, columns, kind):
    return {
        "metric": {"name": metric, "direction": "maximize", "k": 2, "beta": 2.0, "quantile": 0.8},
        "id_column": "id",
        "target_columns": targets,
        "prediction_columns": columns,
        "type": kind,
        "metric_file": None,
        "folder": os.getcwd(),
    }


def cases(rng):
    def text(array):
        return [[str(value) for value in column] for column in np.atleast_2d(array.T)]

    binary, three = rng.integers(0, 2, (ROWS, 1)), rng.integers(0, 3, (ROWS, 1))
    many = (rng.random((ROWS, 3)) < [0.2, 0.5, 0.7]).astype(int)
    ties = np.round(rng.random((ROWS, 1)) + 0.3 * binary, 1)
    guess2 = np.where(rng.random((ROWS, 1)) < 0.3, 1 - binary, binary)
    guess3 = np.where(rng.random((ROWS, 1)) < 0.4, rng.integers(0, 3, (ROWS, 1)), three)
    shares = rng.dirichlet([1, 1, 1], ROWS)
    amounts = rng.gamma(2, 3, (ROWS, 2)).round(2)
    near = np.abs(amounts + rng.normal(0, 1, (ROWS, 2))).round(1)
    y, c = ["y"], ["0", "1", "2"]
    for metric in ("accuracy", "balanced_accuracy", "f1", "f1_macro", "f1_micro", "f1_weighted", "fbeta", "jaccard",
                   "mcc"):
        yield metric, task(metric, y, y, "binary"), text(binary), guess2
        yield f"{metric} of three", task(metric, y, y, "multiclass"), text(three), guess3
        names = ["a", "b", "c"]
        flipped = np.where(rng.random((ROWS, 3)) < 0.3, 1 - many, many)
        yield f"{metric} of columns", task(metric, names, names, "multilabel"), text(many), flipped
    for metric in ("balanced_log_loss", "brier"):
        yield metric, task(metric, y, y, "binary"), text(binary), np.clip(ties / 2, 0, 1)
        yield f"{metric} of classes", task(metric, y, c, "multiclass"), text(three), shares
        names = ["a", "b", "c"]
        yield f"{metric} of columns", task(metric, names, names, "multilabel"), text(many), shares
    yield "top_k_accuracy", task("top_k_accuracy", y, ["0", "1", "2"], "multiclass"), text(three), shares
    for metric in ("gini", "average_precision"):
        yield f"{metric} with ties", task(metric, y, y, "binary"), text(binary), ties
        yield f"{metric} of classes", task(metric, y, c, "multiclass"), text(three), shares.round(1)
        names = ["a", "b", "c"]
        yield f"{metric} of columns", task(metric, names, names, "multilabel"), text(many), shares
    yield "log_loss", task("log_loss", y, y, "binary"), text(binary), np.clip(ties / 2, 0, 1)
    yield "log_loss of classes", task("log_loss", y, c, "multiclass"), text(three), shares
    yield "roc_auc", task("roc_auc", y, y, "binary"), text(binary), ties
    yield "roc_auc without ties", task("roc_auc", y, y, "binary"), text(binary), rng.random((ROWS, 1)) + 0.4 * binary
    yield "roc_auc_macro", task("roc_auc_macro", y, c, "multiclass"), text(three), shares.round(1)
    names = ["a", "b", "c"]
    yield "roc_auc_columns", task("roc_auc_columns", names, names, "multilabel"), text(many), shares
    ratings = guess3 + rng.integers(0, 2, (ROWS, 1))
    yield "quadratic_kappa", task("quadratic_kappa", y, y, "multiclass"), text(three), np.minimum(ratings, 2.0)
    for metric in ("rmse", "mse", "rmsle", "msle", "mae", "mape", "wmape", "rmspe", "smape", "pinball", "r2", "pearson",
                   "spearman"):
        yield metric, task(metric, ["a", "b"], ["a", "b"], "multi-target"), text(amounts), near
    items = np.array([[" ".join(str(v) for v in rng.permutation(5)[:4])] for _ in range(ROWS)])
    yield "map_at_k", task("map_at_k", y, y, "ranking"), text(three), items
    several = np.array([[" ".join(str(v) for v in rng.permutation(6)[: rng.integers(1, 5)])] for _ in range(ROWS)])
    for metric in ("ndcg_at_k", "top_k_accuracy"):
        yield f"{metric} of guesses", task(metric, y, y, "ranking"), text(several), items


def measure(name, given, labels, predictions, rng):
    problem = Problem(given, labels)
    truth, _ = problem.encode(labels)
    weights = np.bincount(rng.integers(0, ROWS, ROWS), minlength=ROWS)
    repeated = np.repeat(np.arange(ROWS), weights)
    return {
        "name": name,
        "whole": [
            metrics.score(problem, truth, predictions),
            float(bootstrap.quick_scores(problem, truth, [predictions])[0]),
        ],
        "drawn": [
            metrics.score(problem, truth[repeated], predictions[repeated]),
            float(bootstrap.weighted(problem, truth, predictions)(weights[None].astype(float))[0]),
        ],
    }


def main():
    rng = np.random.default_rng(5)
    print(json.dumps([measure(*case, rng) for case in list(cases(rng))]))


main()
