"""Scores by scikit-learn (or the metric's reference formula): `truth` and `predictions` are (rows, columns)."""

import warnings

import numpy as np

from referee.errors import Undefined
from referee.judging import custom_metric
from referee.statistics.ranks import mid_ranks

# Probabilities are clipped to it, as Kaggle's log loss does.
TINY = 1e-15


def scikit_learn():
    """Its metrics, imported when one is asked for: that takes longer than all else that a referee starts with."""
    from sklearn import metrics

    return metrics


def score(problem, truth, predictions):
    """
    The competition's metric as a float, in its own direction.

    `truth` and `predictions`: (rows, columns), as `Problem.encode` and `validate.read_submission` give them. Raises
    `Undefined` where it has no value, `MetricFailed` when a metric.py breaks.
    """
    with warnings.catch_warnings():
        # An absent class or a constant prediction is dealt with below, by value.
        warnings.simplefilter("ignore")
        value = float(compute(problem, truth, predictions))
    if not np.isfinite(value):
        raise Undefined(f"metric {problem.metric} has no finite value on these {len(truth)} rows")
    return value


def compute(problem, truth, predictions):
    """Picks the formula by the form of the predictions."""
    if problem.metric == "custom":
        return custom_metric.scores(problem, truth, [predictions])[0]
    if problem.metric in ROW:
        return ROW[problem.metric](problem, truth, predictions).mean()
    if problem.metric == "balanced_log_loss":
        return balanced_log_loss(problem, truth, predictions)
    if problem.kind == "distribution" and problem.metric == "log_loss":
        return distribution_losses(truth, predictions).mean()
    if problem.kind == "distribution":
        return label_score(problem, truth, predictions.argmax(axis=1)[:, None])
    if problem.kind == "class-score":
        return mean_over_columns(problem.metric, truth == np.arange(predictions.shape[1]), predictions)
    if problem.kind == "score":
        return mean_over_columns(problem.metric, truth, predictions)
    if problem.kind == "label":
        return label_score(problem, truth, predictions)
    return np.mean([
        COLUMN[problem.metric](truth[:, j], predictions[:, j], problem) for j in range(truth.shape[1])
    ])


def mean_over_columns(metric, truth, predictions):
    """
    A metric of two classes, mean over the columns that hold both. `truth`: 0 or 1, `predictions`: float,
    (rows, columns).
    """
    values = [
        TWO_CLASSES[metric](truth[:, j], predictions[:, j])
        for j in range(truth.shape[1])
        if 0 < truth[:, j].sum() < len(truth)
    ]
    if not values:
        raise Undefined(f"{TWO_CLASS_NAMES[metric]} has no value: the rows hold one class only")
    return np.mean(values)


def distribution_losses(truth, predictions):
    """Log loss of each row, float (rows,). `truth`: class codes (rows, 1), `predictions`: (rows, classes)."""
    chosen = predictions[np.arange(len(truth)), truth[:, 0]]
    return -np.log(np.clip(chosen, TINY, 1 - TINY))


def binary_losses(truth, predictions):
    """Log loss of each cell of binary columns, float (rows, columns)."""
    clipped = np.clip(predictions, TINY, 1 - TINY)
    return -np.where(truth == 1, np.log(clipped), np.log1p(-clipped))


def roc_auc(truth, predictions):
    """ROC AUC of one 0/1 column."""
    return scikit_learn().roc_auc_score(truth, predictions)


def balanced_log_loss(problem, truth, predictions):
    """Log loss within each class, mean over the classes: of the row's class, or of each 0/1 column."""
    if problem.kind == "probability":
        return mean_over_columns(problem.metric, truth, predictions)
    losses, classes = distribution_losses(truth, predictions), np.unique(truth)
    if len(classes) < 2:
        raise Undefined("balanced log loss has no value: the rows hold one class only")
    return np.mean([losses[truth[:, 0] == c].mean() for c in classes])


def column_balanced_log_loss(truth, predictions):
    """Balanced log loss of one 0/1 column."""
    losses = binary_losses(truth, predictions)
    return (losses[truth == 0].mean() + losses[truth == 1].mean()) / 2


def brier_terms(problem, truth, predictions):
    """Squared error of the probabilities: of each cell of 0/1 columns, else summed over the classes of a row."""
    if problem.kind == "probability":
        return (predictions - truth) ** 2
    indicator = truth == np.arange(predictions.shape[1])
    return ((predictions - indicator) ** 2).sum(axis=1)[:, None]


def label_score(problem, truth, predictions):
    """Metrics of labels; several 0/1 columns are one multilabel problem, as in scikit-learn."""
    if truth.shape[1] > 1:
        return multilabel_score(problem, truth, predictions)
    t, p = truth[:, 0], predictions[:, 0]
    if problem.metric == "accuracy":
        return scikit_learn().accuracy_score(t, p)
    if problem.metric == "balanced_accuracy":
        return scikit_learn().balanced_accuracy_score(t, p)
    if problem.metric == "mcc":
        return scikit_learn().matthews_corrcoef(t, p)
    if problem.metric in ("fbeta", "jaccard"):
        average = "binary" if len(problem.classes) == 2 else "macro"
        return overlap_score(problem, t, p, average)
    if problem.metric == "f1" and len(problem.classes) == 2:
        return scikit_learn().f1_score(t, p, pos_label=1, average="binary", zero_division=0)
    average = {"f1": "macro", "f1_macro": "macro", "f1_micro": "micro", "f1_weighted": "weighted"}
    return scikit_learn().f1_score(t, p, average=average[problem.metric], zero_division=0)


def overlap_score(problem, truth, predictions, average):
    """F-beta or Jaccard by scikit-learn's averages."""
    if problem.metric == "jaccard":
        return scikit_learn().jaccard_score(truth, predictions, average=average, zero_division=0)
    return scikit_learn().fbeta_score(truth, predictions, beta=problem.beta, average=average, zero_division=0)


def multilabel_score(problem, truth, predictions):
    """Accuracy is of whole rows; F1 by scikit-learn's averages; the others are means over columns."""
    if problem.metric == "accuracy":
        return (truth == predictions).all(axis=1).mean()
    if problem.metric.startswith("f1") and len(problem.classes) == 2:
        average = {"f1_micro": "micro", "f1_weighted": "weighted"}.get(problem.metric, "macro")
        return scikit_learn().f1_score(truth, predictions, average=average, zero_division=0)
    if problem.metric in ("fbeta", "jaccard") and len(problem.classes) == 2:
        return overlap_score(problem, truth, predictions, "macro")
    return np.mean([
        label_score(problem, truth[:, [j]], predictions[:, [j]]) for j in range(truth.shape[1])
    ])


def quadratic_kappa(truth, predictions, problem):
    """Cohen's kappa over the whole range of ratings; 0 where both sides are one constant."""
    ratings = list(range(problem.low, problem.high + 1))
    value = scikit_learn().cohen_kappa_score(truth.astype(int), predictions.astype(int), labels=ratings,
                                 weights="quadratic")
    return value if np.isfinite(value) else 0.0


def smape_terms(truth, predictions):
    """200 |p - t| / (|p| + |t|) for each cell, 0 where both are 0: the percentage form, 0 to 200."""
    size = np.abs(truth) + np.abs(predictions)
    return 200 * np.abs(predictions - truth) / np.where(size == 0, 1, size)


def correlation(first, second):
    """Pearson's, of values of any size; no number where one of them is constant."""
    first, second = (centered / np.abs(centered).max() for centered in (first - first.mean(), second - second.mean()))
    return first @ second / np.sqrt((first @ first) * (second @ second))


def spearman(truth, predictions, _problem):
    """Rank correlation; a constant orders nothing and scores 0."""
    value = correlation(mid_ranks(truth), mid_ranks(predictions))
    return value if np.isfinite(value) else 0.0


def pearson(truth, predictions, _problem):
    """Linear correlation; a constant explains nothing and scores 0."""
    value = correlation(truth, predictions)
    return value if np.isfinite(value) else 0.0


def rmspe(truth, predictions, _problem):
    """Root mean squared percentage error; rows whose answer is 0 do not count, as on Kaggle."""
    counted = truth != 0
    if not counted.any():
        raise Undefined("RMSPE has no value: every answer is 0")
    return np.sqrt(np.mean(((truth[counted] - predictions[counted]) / truth[counted]) ** 2))


def wmape(truth, predictions, _problem):
    """Sum of absolute errors over the sum of absolute answers."""
    total = np.abs(truth).sum()
    if total == 0:
        raise Undefined("WMAPE has no value: every answer is 0")
    return np.abs(truth - predictions).sum() / total


def top_k_hits(problem, truth, predictions):
    """
    Whether one of the `k` first guesses is right, float (rows,): guesses separated by spaces, or a probability for
    each class (of equal ones the later class is first, as in scikit-learn).
    """
    if problem.kind == "ranking":
        return np.array([
            float(bool(set(t.split()) & set(p.split()[: problem.k]))) for t, p in zip(truth[:, 0], predictions[:, 0])
        ])
    first = np.argsort(predictions, axis=1, kind="stable")[:, ::-1][:, : problem.k]
    return (first == truth).any(axis=1).astype(float)


def gains(problem, truth, predictions):
    """NDCG at k of each row with items that are relevant or not, float (rows,); an item counts once."""
    discounts = 1 / np.log2(np.arange(2, problem.k + 2))
    result = np.zeros(len(truth))
    for i in range(len(truth)):
        relevant, seen = set(truth[i, 0].split()), set()
        for place, item in enumerate(predictions[i, 0].split()[: problem.k]):
            if item in relevant and item not in seen:
                result[i] += discounts[place]
            seen.add(item)
        result[i] /= discounts[: max(1, len(relevant))].sum()
    return result


def average_precisions(truth, predictions, k):
    """Average precision at k of each row, float (rows,); predictions and relevant items are separated by spaces."""
    result = np.zeros(len(truth))
    for i in range(len(truth)):
        relevant = set(truth[i, 0].split())
        seen, hits = set(), 0
        for place, item in enumerate(predictions[i, 0].split()[:k], start=1):
            if item in relevant and item not in seen:
                hits += 1
                result[i] += hits / place
            seen.add(item)
        result[i] /= max(1, min(len(relevant), k))
    return result


# Metrics that are a mean over rows.
ROW = {
    "map_at_k": lambda problem, t, p: average_precisions(t, p, problem.k),
    "ndcg_at_k": gains,
    "top_k_accuracy": top_k_hits,
    "brier": brier_terms,
}

# Metrics of one 0/1 column.
TWO_CLASSES = {
    "roc_auc": roc_auc,
    "roc_auc_macro": roc_auc,
    "roc_auc_columns": roc_auc,
    "gini": lambda t, p: 2 * roc_auc(t, p) - 1,
    "average_precision": lambda t, p: scikit_learn().average_precision_score(t, p),
    "balanced_log_loss": column_balanced_log_loss,
}
TWO_CLASS_NAMES = {
    "roc_auc": "ROC AUC",
    "roc_auc_macro": "ROC AUC",
    "roc_auc_columns": "ROC AUC",
    "gini": "the Gini coefficient",
    "average_precision": "average precision",
    "balanced_log_loss": "balanced log loss",
}

# Metrics of one column of numbers or probabilities.
COLUMN = {
    "log_loss": lambda t, p, _: scikit_learn().log_loss(t, np.clip(p, TINY, 1 - TINY), labels=[0, 1]),
    "quadratic_kappa": quadratic_kappa,
    "rmse": lambda t, p, _: np.sqrt(scikit_learn().mean_squared_error(t, p)),
    "mse": lambda t, p, _: scikit_learn().mean_squared_error(t, p),
    "msle": lambda t, p, _: scikit_learn().mean_squared_log_error(t, p),
    "rmspe": rmspe,
    "rmsle": lambda t, p, _: np.sqrt(scikit_learn().mean_squared_log_error(t, p)),
    "mae": lambda t, p, _: scikit_learn().mean_absolute_error(t, p),
    "mape": lambda t, p, _: scikit_learn().mean_absolute_percentage_error(t, p),
    "wmape": wmape,
    "pinball": lambda t, p, problem: scikit_learn().mean_pinball_loss(t, p, alpha=problem.quantile),
    "smape": lambda t, p, _: smape_terms(t, p).mean(),
    "r2": lambda t, p, _: scikit_learn().r2_score(t, p),
    "pearson": pearson,
    "spearman": spearman,
}
