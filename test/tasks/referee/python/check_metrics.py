"""
Prints, for metrics of the referee: its weighted score and that of the reference with the same sample weights, from
scikit-learn where it has the metric, else a formula written out. Then the reasons of metrics without a value.
"""

import json
import sys
import warnings

import numpy as np
from scipy import stats
from sklearn import metrics as sk

sys.path.insert(0, sys.argv[1])
from referee.errors import Invalid, Undefined  # noqa: E402
from referee.judging import metrics  # noqa: E402
from referee.problem import Problem  # noqa: E402
from referee.statistics import bootstrap  # noqa: E402

ROWS = 200


def problem_of(metric, labels, columns, kind, k=2, beta=0.5, quantile=0.3):
    targets = columns if len(labels) == len(columns) else ["y"]
    return Problem(
        {
            "metric": {"name": metric, "direction": "maximize", "k": k, "beta": beta, "quantile": quantile},
            "id_column": "id",
            "target_columns": targets,
            "prediction_columns": columns,
            "type": kind,
            "metric_file": None,
            "folder": ".",
        },
        labels,
    )


def texts(values):
    return [str(value) for value in values]


def row_weights(values, weights):
    return float(np.average(values, weights=weights))


def by_hand_balanced(truth, losses, weights):
    return float(np.mean([np.average(losses[truth == c], weights=weights[truth == c]) for c in np.unique(truth)]))


def weighted_pearson(t, p, weights):
    return float(stats.pearsonr(np.repeat(t, weights), np.repeat(p, weights)).statistic)


def two_classes(rng):
    y = (rng.random(ROWS) < 0.2).astype(int)
    ties = np.round(np.clip(rng.normal(0.3 + 0.3 * y, 0.2), 0.01, 0.99), 1)
    said = (ties > 0.4).astype(int)
    losses = -np.where(y == 1, np.log(np.clip(ties, 1e-15, 1)), np.log(np.clip(1 - ties, 1e-15, 1)))
    wanted = {
        "average_precision": (ties, lambda w: sk.average_precision_score(y, ties, sample_weight=w)),
        "gini": (ties, lambda w: 2 * sk.roc_auc_score(y, ties, sample_weight=w) - 1),
        "brier": (ties, lambda w: sk.brier_score_loss(y, ties, sample_weight=w)),
        "balanced_log_loss": (ties, lambda w: by_hand_balanced(y, losses, w)),
        "fbeta": (said, lambda w: sk.fbeta_score(y, said, beta=0.5, sample_weight=w)),
        "jaccard": (said, lambda w: sk.jaccard_score(y, said, sample_weight=w)),
    }
    for metric, (given, reference) in wanted.items():
        yield metric, problem_of(metric, [texts(y)], ["y"], "binary"), y[:, None], given[:, None], reference


def classes(rng):
    y = rng.integers(0, 4, ROWS)
    shares = rng.dirichlet(np.ones(4), ROWS).round(2) + 0.01
    shares = (shares + 0.1 * np.eye(4)[y]) / (shares + 0.1 * np.eye(4)[y]).sum(axis=1, keepdims=True)
    said, columns = shares.argmax(axis=1), ["0", "1", "2", "3"]
    losses = -np.log(shares[np.arange(ROWS), y])
    squares = ((shares - np.eye(4)[y]) ** 2).sum(axis=1)
    one_hot = np.eye(4)[y]
    wanted = {
        "average_precision": lambda w: sk.average_precision_score(one_hot, shares, average="macro", sample_weight=w),
        "balanced_log_loss": lambda w: by_hand_balanced(y, losses, w),
        "brier": lambda w: row_weights(squares, w),
        "top_k_accuracy": lambda w: sk.top_k_accuracy_score(y, shares, k=2, sample_weight=w),
        "fbeta": lambda w: sk.fbeta_score(y, said, beta=0.5, average="macro", sample_weight=w),
        "jaccard": lambda w: sk.jaccard_score(y, said, average="macro", sample_weight=w),
    }
    for metric, reference in wanted.items():
        problem = problem_of(metric, [texts(y)], columns, "multiclass")
        yield f"{metric} of classes", problem, y[:, None], shares, reference
    labels = texts(y)
    guesses = np.array([" ".join(columns[c] for c in np.argsort(-row)) for row in shares])[:, None]
    order = np.argsort(-shares, axis=1)
    # Relevance by the places of the guesses: of equal probabilities the earlier class was guessed first.
    ranked = np.zeros_like(shares)
    np.put_along_axis(ranked, order, np.arange(4, 0, -1.0)[None].repeat(ROWS, axis=0), axis=1)
    several = np.maximum(one_hot, rng.random((ROWS, 4)) < 0.3).astype(int)
    answers = np.array([" ".join(columns[c] for c in np.flatnonzero(row)) for row in several])
    top = np.array([several[i, order[i, :2]].any() for i in range(ROWS)], dtype=float)
    for metric, reference in {
        "ndcg_at_k": lambda w: sk.ndcg_score(several, ranked, k=2, sample_weight=w),
        "top_k_accuracy": lambda w: row_weights(top, w),
    }.items():
        yield f"{metric} of guesses", problem_of(metric, [labels], ["y"], "ranking"), answers[:, None], guesses, reference


def numbers(rng):
    t = rng.gamma(2, 3, ROWS).round(1) * (rng.random(ROWS) < 0.9)
    p = np.abs(t + rng.normal(0, 2, ROWS)).round(1)
    filled = t != 0
    percent = np.where(filled, (t - p) / np.where(filled, t, 1), 0)
    wanted = {
        "mse": lambda w: sk.mean_squared_error(t, p, sample_weight=w),
        "msle": lambda w: sk.mean_squared_log_error(t, p, sample_weight=w),
        "rmsle": lambda w: np.sqrt(sk.mean_squared_error(np.log1p(t), np.log1p(p), sample_weight=w)),
        "pinball": lambda w: sk.mean_pinball_loss(t, p, alpha=0.3, sample_weight=w),
        "rmspe": lambda w: np.sqrt(np.average(percent[filled] ** 2, weights=w[filled])),
        "wmape": lambda w: (w * np.abs(t - p)).sum() / (w * np.abs(t)).sum(),
        "pearson": lambda w: weighted_pearson(t, p, w),
    }
    for metric, reference in wanted.items():
        yield metric, problem_of(metric, [texts(t)], ["y"], "regression"), t[:, None], p[:, None], reference


def measure(name, problem, truth, predictions, reference, rng):
    weights = np.bincount(rng.integers(0, ROWS, ROWS), minlength=ROWS)
    once = np.ones(ROWS, dtype=int)
    weighted = bootstrap.weighted(problem, truth, predictions)
    pairs = [(metrics.score(problem, truth, predictions), float(reference(once)))]
    pairs += [(float(weighted(w[None].astype(float))[0]), float(reference(w))) for w in (once, weights)]
    return {"name": name, "pairs": pairs}


def reason(make):
    try:
        problem, truth, predictions = make()
        return metrics.score(problem, np.array(truth), np.array(predictions))
    except (Undefined, Invalid) as error:
        return str(error)


def degenerate():
    """Metrics without a value by reason, and those that a constant prediction leaves at 0."""
    two, none = [["0", "1"]], [[1], [1]]
    half = [[0.5], [0.5]]
    made = {
        metric: lambda metric=metric: (problem_of(metric, two, ["y"], "binary"), none, half)
        for metric in ("average_precision", "gini", "balanced_log_loss")
    }
    zeros = [["0", "0"]]
    for metric in ("rmspe", "wmape"):
        made[metric] = lambda metric=metric: (problem_of(metric, zeros, ["y"], "regression"), [[0.0], [0.0]], half)
    three = [["a", "b", "c"]]
    made["balanced_log_loss of classes"] = lambda: (
        problem_of("balanced_log_loss", three, ["a", "b", "c"], "multiclass"), none, [[0.2, 0.3, 0.5]] * 2)
    made["pearson"] = lambda: (problem_of("pearson", [["1", "2"]], ["y"], "regression"), [[1.0], [2.0]], half)
    made["fbeta"] = lambda: (problem_of("fbeta", two, ["y"], "binary", beta=None), none, none)
    made["pinball"] = lambda: (problem_of("pinball", two, ["y"], "regression", quantile=None), none, none)
    return {name: reason(make) for name, make in made.items()}


def main():
    warnings.simplefilter("ignore")
    rng = np.random.default_rng(11)
    cases = [*two_classes(rng), *classes(rng), *numbers(rng)]
    print(json.dumps({"measured": [measure(*case, rng) for case in cases], "degenerate": degenerate()}))


main()
