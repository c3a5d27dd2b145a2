"""
Bootstrap over rows or whole groups (Efron 1979; cluster bootstrap): a draw is a weight for each row, how often it was
drawn, and every metric is computed from weights, for many draws at once where that can be.
"""

import numpy as np

from referee.judging import custom_metric, metrics
from referee.problem import LOGARITHMIC

# Draws x rows that are kept in memory: one byte each.
MAX_CELLS = 8_000_000
# Ends of a 95 % interval are quantiles of the draws: with fewer than 400 fewer than ten lie beyond each.
MIN_DRAWS, MAX_DRAWS = 400, 1000
# Draws that are turned into floating point at once: bounds the memory.
BATCH_DRAWS = 40
# Metrics of hits, truths and predictions of a class.
OVERLAP = {"f1", "f1_macro", "f1_micro", "f1_weighted", "fbeta", "jaccard"}
# Draws of a metric.py: each is a run of foreign code.
CUSTOM_DRAWS = 60


class Resampler:
    """
    How often each row stands in each draw. The same rows and seed give the same draws.

    `count`: rows; `clusters`: what is drawn as a whole, (rows,), or None for single rows; `seed`: integers of PCG64;
    `draws`: how many, or None for as many as memory allows within 400 and 1,000.
    """

    def __init__(self, count, clusters, seed, draws=None):
        self.count = count
        self.draws = draws or int(np.clip(MAX_CELLS // max(count, 1), MIN_DRAWS, MAX_DRAWS))
        self.seed = seed
        self.clusters = None if clusters is None else np.unique(clusters, return_inverse=True)[1]
        self.counts = None

    def weights(self):
        """Weights, uint8 (draws, rows), made once; more than 255 are cut."""
        if self.counts is None:
            rng = np.random.Generator(np.random.PCG64(self.seed))
            units = self.count if self.clusters is None else int(self.clusters.max()) + 1
            made = np.empty((self.draws, self.count), dtype=np.uint8)
            for i in range(self.draws):
                drawn = np.bincount(rng.integers(0, units, units), minlength=units)
                drawn = np.minimum(drawn, 255)
                made[i] = drawn if self.clusters is None else drawn[self.clusters]
            self.counts = made
        return self.counts

    def scores(self, problem, truth, predictions):
        """The metric in each draw, float (draws,), NaN where there is none. `truth`, `predictions`: (rows, columns)."""
        weights = self.weights()
        if problem.metric == "custom":
            # Each draw is a run of the competition's own code, so there are few of them.
            values = custom_metric.scores(problem, truth, [predictions], weights[: min(CUSTOM_DRAWS, self.draws)])
            return np.resize(values, self.draws)
        measure = weighted(problem, truth, predictions)
        blocks = [weights[i : i + BATCH_DRAWS].astype(np.float64) for i in range(0, self.draws, BATCH_DRAWS)]
        with np.errstate(all="ignore"):
            return np.concatenate([measure(block) for block in blocks])


def quick_scores(problem, truth, batch):
    """The metric of each prediction of a batch, float (batch,), without scikit-learn's checks: for search loops."""
    if problem.metric == "custom":
        return custom_metric.scores(problem, truth, batch)
    once = np.ones((1, len(truth)))
    with np.errstate(all="ignore"):
        return np.array([weighted(problem, truth, each)(once)[0] for each in batch])


def weighted(problem, truth, predictions):
    """A function from weights, float (draws, rows), to the metric of each draw, float (draws,)."""
    metric = problem.metric
    if problem.kind == "class-score":
        return order_measure(metric, truth == np.arange(predictions.shape[1]), predictions)
    if problem.kind == "score":
        return order_measure(metric, truth, predictions)
    if metric in metrics.ROW:
        terms = metrics.ROW[metric](problem, truth, predictions)
        return mean_measure(metric, terms.reshape(len(truth), -1))
    if metric == "balanced_log_loss":
        return balanced_measure(problem, truth, predictions)
    if metric in ("rmspe", "wmape"):
        return ratio_measure(metric, truth, predictions)
    if metric == "pearson":
        return pearson_measure(truth, predictions)
    if problem.kind == "distribution" and metric != "log_loss":
        return label_measure(problem, truth, predictions.argmax(axis=1)[:, None])
    if problem.kind == "label":
        return label_measure(problem, truth, predictions)
    if metric in ("r2", "quadratic_kappa"):
        return moments_measure(metric, truth, predictions)
    if metric == "spearman":
        return spearman_measure(truth, predictions)
    return mean_measure(metric, row_losses(problem, truth, predictions))


def row_losses(problem, truth, predictions):
    """For metrics that are means: the term of each row, float (rows, columns)."""
    metric = problem.metric
    if metric == "log_loss":
        if problem.kind == "distribution":
            return metrics.distribution_losses(truth, predictions)[:, None]
        return metrics.binary_losses(truth, predictions)
    if metric in ("rmse", "mse"):
        return (truth - predictions) ** 2
    if metric in LOGARITHMIC:
        return (np.log1p(truth) - np.log1p(predictions)) ** 2
    if metric == "mae":
        return np.abs(truth - predictions)
    if metric == "mape":
        return np.abs(truth - predictions) / np.maximum(np.abs(truth), np.finfo(float).eps)
    if metric == "pinball":
        error = truth - predictions
        return np.maximum(problem.quantile * error, (problem.quantile - 1) * error)
    return metrics.smape_terms(truth, predictions)


def mean_measure(metric, losses):
    """Weighted means of terms, rooted for the two root metrics, averaged over columns."""
    root = metric in ("rmse", "rmsle")

    def measure(weights):
        means = (weights @ losses) / weights.sum(axis=1, keepdims=True)
        return (np.sqrt(means) if root else means).mean(axis=1)

    return measure


def mean_of_known(values):
    """Mean over columns that have a value, float (draws,). `values`: float (columns, draws)."""
    known = np.isfinite(values)
    return np.where(known, values, 0).sum(axis=0) / known.sum(axis=0)


def ratio_measure(metric, truth, predictions):
    """WMAPE and RMSPE: weighted sums over the weighted size of the answers, or over the answers other than 0."""
    if metric == "wmape":
        above, below = np.abs(truth - predictions), np.abs(truth)
    else:
        below = (truth != 0).astype(float)
        above = ((truth - predictions) / np.where(truth == 0, 1, truth)) ** 2 * below

    def measure(weights):
        ratios = (weights @ above) / (weights @ below)
        return (np.sqrt(ratios) if metric == "rmspe" else ratios).mean(axis=1)

    return measure


def balanced_measure(problem, truth, predictions):
    """Balanced log loss: means within classes; a column of one class has none."""
    if problem.kind == "probability":
        losses, count = metrics.binary_losses(truth, predictions), 2
    else:
        losses, count = metrics.distribution_losses(truth, predictions)[:, None], predictions.shape[1]
    members = [(truth[:, [j]] == np.arange(count)).astype(float) for j in range(truth.shape[1])]

    def measure(weights):
        values = []
        for j, member in enumerate(members):
            means = (weights @ (losses[:, [j]] * member)) / (weights @ member)
            present = np.isfinite(means).sum(axis=1)
            values.append(np.where(present > 1, mean_of_known(means.T), np.nan))
        return mean_of_known(np.stack(values))

    return measure


def order_measure(metric, truth, predictions):
    """Metrics of the order of scores, mean over the columns that hold both classes. `truth`: 0 or 1."""
    if metric == "average_precision":
        columns = [precision_places(truth[:, j], predictions[:, j]) for j in range(truth.shape[1])]
        return lambda weights: mean_of_known(np.stack([weighted_precision(weights, *places) for places in columns]))
    columns = [auc_places(truth[:, j].astype(bool), predictions[:, j]) for j in range(truth.shape[1])]

    def measure(weights):
        area = mean_of_known(np.stack([weighted_auc(weights, *places) for places in columns]))
        return 2 * area - 1 if metric == "gini" else area

    return measure


def precision_places(positive, scores):
    """Rows by falling score, whether each is positive, float (rows,), and the last place of each score."""
    order = np.argsort(-scores, kind="stable")
    last = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True))
    return order, positive[order].astype(float), last


def weighted_precision(weights, order, positive, last):
    """Average precision: precision at each score, weighted by the recall that it adds. NaN where a class is absent."""
    drawn = weights[:, order]
    hits, seen = np.cumsum(drawn * positive, axis=1)[:, last], np.cumsum(drawn, axis=1)[:, last]
    added = np.diff(hits, axis=1, prepend=0)
    total = hits[:, -1]
    value = (added * hits / np.maximum(seen, 1e-300)).sum(axis=1) / total
    return np.where(total < seen[:, -1], value, np.nan)


def pearson_measure(truth, predictions):
    """Weighted linear correlation; 0 where one side is constant."""
    a, b = truth - truth.mean(axis=0), predictions - predictions.mean(axis=0)

    def measure(weights):
        total = weights.sum(axis=1, keepdims=True)
        mean_a, mean_b = weights @ a / total, weights @ b / total
        squares_a, squares_b = weights @ a**2 / total, weights @ b**2 / total
        spread_a, spread_b = squares_a - mean_a**2, squares_b - mean_b**2
        # What rounding leaves of a constant is no spread.
        constant = (spread_a <= 1e-12 * squares_a) | (spread_b <= 1e-12 * squares_b)
        shared = weights @ (a * b) / total - mean_a * mean_b
        size = np.sqrt(np.where(constant, 1, spread_a * spread_b))
        return np.where(constant, 0.0, shared / size).mean(axis=1)

    return measure


def auc_places(positive, scores):
    """Negatives and positives by rising score, and how many negatives lie below (or level with) each positive."""
    order = np.argsort(scores, kind="stable")
    negatives, positives = order[~positive[order]], order[positive[order]]
    below = np.searchsorted(scores[negatives], scores[positives], side="left")
    level = np.searchsorted(scores[negatives], scores[positives], side="right")
    return negatives, positives, below, None if (below == level).all() else level


def weighted_auc(weights, negatives, positives, below, level):
    """Weighted share of pairs in the right order; a tie counts one half."""
    cumulated = np.zeros((len(weights), len(negatives) + 1))
    np.cumsum(weights[:, negatives], axis=1, out=cumulated[:, 1:])
    ranked = cumulated[:, below] if level is None else (cumulated[:, below] + cumulated[:, level]) / 2
    up = weights[:, positives]
    return np.einsum("ij,ij->i", up, ranked) / (up.sum(axis=1) * cumulated[:, -1])


def label_measure(problem, truth, predictions):
    """Label metrics from counts of hits, truths and predictions of each class."""
    classes = len(problem.classes)
    if problem.metric == "accuracy":
        return mean_measure("accuracy", (truth == predictions).all(axis=1)[:, None].astype(float))
    if truth.shape[1] > 1 and problem.metric in OVERLAP and classes == 2:
        hits, trues, guesses = truth * predictions, truth, predictions

        def measure(weights):
            sums = weights @ hits, weights @ trues, weights @ guesses
            return overlap(problem, *sums, empty_counts=True)

        return measure
    columns = [(truth[:, j], predictions[:, j]) for j in range(truth.shape[1])]

    def measure_columns(weights):
        values = [
            np.array([one_label_score(problem, row, t, p, classes) for row in weights])
            for t, p in columns
        ]
        return np.mean(values, axis=0)

    return measure_columns


def one_label_score(problem, weights, truth, predictions, classes):
    """Label metric of one draw and one column; `weights` (rows,) floats, `truth` and `predictions` (rows,) codes."""
    trues = np.bincount(truth, weights, classes)
    guesses = np.bincount(predictions, weights, classes)
    hits = np.bincount(truth, weights * (truth == predictions), classes)
    if problem.metric == "balanced_accuracy":
        return (hits[trues > 0] / trues[trues > 0]).mean()
    if problem.metric == "mcc":
        total = trues.sum()
        spread = (total**2 - (guesses**2).sum()) * (total**2 - (trues**2).sum())
        top = hits.sum() * total - (trues * guesses).sum()
        return 0.0 if spread == 0 else top / np.sqrt(spread)
    if problem.metric in ("f1", "fbeta", "jaccard") and classes == 2:
        hits, trues, guesses = hits[1:], trues[1:], guesses[1:]
    return overlap(problem, hits[None], trues[None], guesses[None])[0]


def overlap(problem, hits, trues, guesses, empty_counts=False):
    """
    Averages of F1, F-beta or Jaccard over the last axis: classes that are neither true nor predicted do not count,
    label columns do.
    """
    metric = problem.metric
    if metric == "jaccard":
        above, size = hits, trues + guesses - hits
    else:
        square = problem.beta**2 if metric == "fbeta" else 1.0
        above, size = (1 + square) * hits, square * trues + guesses
    each = above / np.where(size == 0, 1, size)
    if metric == "f1_micro":
        total = size.sum(axis=-1)
        return above.sum(axis=-1) / np.where(total == 0, 1, total)
    if metric == "f1_weighted":
        return (each * trues).sum(axis=-1) / trues.sum(axis=-1)
    return each.mean(axis=-1) if empty_counts else each.sum(axis=-1) / np.maximum((size > 0).sum(axis=-1), 1)


def moments_measure(metric, truth, predictions):
    """R² and quadratic kappa (which is a ratio of mean squares) from weighted first and second moments."""
    errors, squares = (truth - predictions) ** 2, truth**2

    def measure(weights):
        total = weights.sum(axis=1, keepdims=True)
        error, mean = weights @ errors / total, weights @ truth / total
        spread = weights @ squares / total - mean**2
        if metric == "r2":
            return (1 - error / spread).mean(axis=1)
        guess = weights @ predictions / total
        guess_spread = weights @ predictions**2 / total - guess**2
        chance = spread + guess_spread + (mean - guess) ** 2
        return np.where(chance <= 1e-12, 0.0, 1 - error / np.where(chance <= 1e-12, 1, chance)).mean(axis=1)

    return measure


def spearman_measure(truth, predictions):
    """Weighted Pearson correlation of weighted mid-ranks."""
    sides = [(np.unique(truth[:, j], return_inverse=True)[1],
              np.unique(predictions[:, j], return_inverse=True)[1]) for j in range(truth.shape[1])]

    def measure(weights):
        values = [[rank_correlation(row, a, b) for a, b in sides] for row in weights]
        return np.mean(values, axis=1)

    return measure


def rank_correlation(weights, first, second):
    """One draw, one column; 0 where one side is constant."""
    a, b = weighted_ranks(weights, first), weighted_ranks(weights, second)
    total = weights.sum()
    a, b = a - weights @ a / total, b - weights @ b / total
    spread = (weights @ a**2) * (weights @ b**2)
    return 0.0 if spread <= 0 else (weights @ (a * b)) / np.sqrt(spread)


def weighted_ranks(weights, codes):
    """Rank of each row among the weighted rows, float (rows,), ties at their middle. `codes`: int (rows,) by size."""
    mass = np.bincount(codes, weights)
    return (np.cumsum(mass) - (mass - 1) / 2)[codes]
