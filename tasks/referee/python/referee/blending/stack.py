"""
Stacking (Wolpert 1992): a meta-model over the members' predictions, logistic regression for classes and non-negative
least squares for numbers (Breiman 1996, "Stacked regressions").
"""

import warnings

import numpy as np

from referee.blending.combine import clip_to_range
from referee.problem import LOGARITHMIC
from referee.statistics.ranks import mid_ranks

# A logistic regression over more classes has more coefficients than the rows can fit.
MAX_CLASSES = 50
# Inverse strength of the L2 penalty: twice that of scikit-learn's default, since members are highly correlated.
LOGISTIC_C = 0.5
# Weight of the penalty towards equal weights, in shares of the members' variance.
EQUAL_WEIGHTS_PENALTY = 1e-3
# Probabilities are kept this far from 0 and 1, so that log odds stay finite.
MIN_PROBABILITY = 1e-6


def can_stack(problem):
    """Whether there is a meta-model: rankings, free forms and many classes are blended by weights instead."""
    if problem.kind in ("ranking", "free"):
        return False
    if problem.kind == "label" and problem.type == "multilabel":
        return True
    return problem.kind not in ("label", "class-score", "distribution") or (
        len(problem.classes) <= MAX_CLASSES
    )


def features(problem, members, j):
    """What the meta-model of target column j is fitted on, float (rows, features)."""
    if problem.kind in ("number", "integer"):
        columns = [member[:, j] for member in members]
        return np.column_stack([np.log1p(c) for c in columns] if problem.metric in LOGARITHMIC else columns)
    if problem.kind == "probability":
        return np.column_stack([logit(member[:, j]) for member in members])
    if problem.kind == "score":
        return np.column_stack([score_logit(member[:, j]) for member in members])
    if problem.kind == "distribution":
        return np.hstack([np.log(np.clip(member, MIN_PROBABILITY, 1)) for member in members])
    if problem.kind == "class-score":
        return np.hstack([
            np.column_stack([score_logit(member[:, c]) for c in range(member.shape[1])]) for member in members
        ])
    classes = np.arange(len(problem.classes))
    return np.hstack([(member[:, [j]] == classes).astype(float) for member in members])


def logit(values):
    """Log odds, kept finite."""
    values = np.clip(values, MIN_PROBABILITY, 1 - MIN_PROBABILITY)
    return np.log(values / (1 - values))


def score_logit(values):
    """Scores of any scale, float (rows,): log odds when they are probabilities, else log odds of their ranks."""
    if values.min() >= 0 and values.max() <= 1:
        return logit(values)
    return logit((mid_ranks(values) - 0.5) / len(values))


def fit(problem, members, truth, keeps_level):
    """
    The meta-models, one for each target column. `members`: (rows, columns) each; `truth`: (rows, targets);
    `keeps_level`: whether numbers are only mixed, since the level of these rows is not that of the rows to come.
    """
    width = truth.shape[1]
    return [fit_column(problem, features(problem, members, j), truth[:, j], keeps_level) for j in range(width)]


def fit_column(problem, table, target, keeps_level):
    """One meta-model as plain data, or None when the rows hold one class only."""
    if problem.kind in ("number", "integer"):
        return fit_weights(problem, table, target, keeps_level)
    if len(np.unique(target)) < 2:
        return None
    from sklearn.linear_model import LogisticRegression

    center, scale = table.mean(axis=0), table.std(axis=0) + 1e-9
    model = LogisticRegression(C=LOGISTIC_C, max_iter=500)
    with warnings.catch_warnings():
        # Not quite converged is good enough: the score is measured out of fold.
        warnings.simplefilter("ignore")
        model.fit((table - center) / scale, target)
    return {
        "center": center.tolist(),
        "scale": scale.tolist(),
        "coefficients": model.coef_.tolist(),
        "intercept": model.intercept_.tolist(),
        "classes": model.classes_.tolist(),
    }


def fit_weights(problem, table, target, keeps_level):
    """
    Weights of 0 or more and an offset, on the scale of the metric (logarithms for rmsle and msle); a mixture, with
    weights that sum to 1 and without an offset, where the level is kept.
    """
    from scipy.optimize import nnls

    target = np.log1p(target) if problem.metric in LOGARITHMIC else target
    weight = np.ones(len(target))
    if problem.metric in ("mape", "rmspe"):
        weight = 1 / np.maximum(np.abs(target), 1e-9 + np.abs(target).mean() * 1e-3)
    total = weight.sum()
    center, middle = (weight @ table) / total, (weight @ target) / total
    if keeps_level:
        center, middle = np.zeros_like(center), 0.0
    # A weak penalty towards equal weights, for members that are nearly the same.
    penalty = np.sqrt(EQUAL_WEIGHTS_PENALTY * max(1.0, len(target)) * table.var(axis=0).mean())
    left = np.vstack([(table - center) * np.sqrt(weight)[:, None] / np.sqrt(weight.mean()),
                      penalty * np.eye(table.shape[1])])
    right = np.concatenate([(target - middle) * np.sqrt(weight) / np.sqrt(weight.mean()),
                            np.full(table.shape[1], penalty / table.shape[1])])
    weights = nnls(left, right)[0]
    if keeps_level:
        total = weights.sum()
        weights = weights / total if total > 0 else np.full(len(weights), 1 / len(weights))
    return {"weights": weights.tolist(), "offset": float(middle - center @ weights)}


def predict(problem, models, members):
    """Predictions of the meta-models, (rows, columns), valid for the metric."""
    if problem.kind in ("number", "integer"):
        columns = []
        for j, model in enumerate(models):
            values = features(problem, members, j) @ np.array(model["weights"]) + model["offset"]
            columns.append(np.expm1(values) if problem.metric in LOGARITHMIC else values)
        return clip_to_range(problem, np.column_stack(columns))
    shares = [class_probabilities(problem, model, members, j) for j, model in enumerate(models)]
    if problem.kind in ("distribution", "class-score"):
        return clip_to_range(problem, shares[0])
    if problem.kind == "label":
        return np.column_stack([share.argmax(axis=1) for share in shares])
    return np.column_stack([share[:, 1] for share in shares])


def class_probabilities(problem, model, members, j):
    """Class probabilities, float (rows, classes); classes that the fit has not seen keep the members' mean."""
    base = mean_probabilities(problem, members, j)
    if model is None:
        return base
    table = (features(problem, members, j) - model["center"]) / model["scale"]
    raw = table @ np.array(model["coefficients"]).T + model["intercept"]
    if len(model["classes"]) == 2:
        raw = np.hstack([np.zeros_like(raw), raw])
    raw = np.exp(raw - raw.max(axis=1, keepdims=True))
    seen = model["classes"]
    result = base.copy()
    left = 1 - np.delete(base, seen, axis=1).sum(axis=1, keepdims=True)
    result[:, seen] = raw / raw.sum(axis=1, keepdims=True) * np.maximum(left, 0)
    return result


def mean_probabilities(problem, members, j):
    """The members' mean as class probabilities, float (rows, classes)."""
    if problem.kind == "distribution":
        return np.mean(members, axis=0)
    if problem.kind == "class-score":
        ranks = [np.column_stack([1 / (1 + np.exp(-score_logit(m[:, c]))) for c in range(m.shape[1])])
                 for m in members]
        mean = np.mean(ranks, axis=0)
        return mean / mean.sum(axis=1, keepdims=True)
    if problem.kind == "label":
        classes = np.arange(len(problem.classes))
        return np.mean([member[:, [j]] == classes for member in members], axis=0)
    positive = np.mean([1 / (1 + np.exp(-score_logit(member[:, j]))) for member in members], axis=0)
    return np.column_stack([1 - positive, positive])


def member_weights(problem, models, count):
    """Share of each member in the meta-models, float list summing to 1: for the report, not for predicting."""
    totals = np.zeros(count)
    for model in models:
        if model is None:
            totals += 1
        elif "weights" in model:
            totals += np.array(model["weights"])
        else:
            size = np.abs(np.array(model["coefficients"])).sum(axis=0)
            totals += size.reshape(count, -1).sum(axis=1)
    return (totals / totals.sum()).tolist() if totals.sum() > 0 else [1 / count] * count
