"""
How well one column alone predicts the target: two-fold cross-validated, on a scale from 0 (nothing) to 1 (everything)
that does not depend on the competition's metric.
"""

import numpy as np

from referee.statistics.ranks import mid_ranks

# A number predicts through lines within bins: enough of them to follow any smooth or stepped relation.
BINS = 64
# Classes beyond the 60 commonest are one: they cannot be learned from a sample.
MAX_CLASSES = 60
# A bin with fewer rows predicts its mean: a line through them would be noise.
MIN_ROWS_FOR_LINE = 5


class Target:
    """The column to be predicted: `values`, float (n, 1) of ranks or (n, classes) of indicators."""

    def __init__(self, cells, is_number):
        """`cells`: n answers as text or numbers; rows without one are left out by the caller."""
        self.is_number = is_number
        if is_number:
            # By rank, so that a few huge answers do not decide.
            self.values = mid_ranks(np.asarray(cells, dtype=float))[:, None]
            self.classes = 0
            return
        names, codes, counts = np.unique(cells, return_inverse=True, return_counts=True)
        kept = np.argsort(-counts, kind="stable")[:MAX_CLASSES]
        place = np.full(len(names), len(kept))
        place[kept] = np.arange(len(kept))
        self.codes = place[codes]
        self.classes = int(self.codes.max()) + 1
        self.values = (self.codes[:, None] == np.arange(self.classes)).astype(float)

    def power(self, predictions):
        """
        R² of ranks for a number, 2 AUC - 1 (the Gini coefficient) for two classes, the share of errors avoided
        against the commonest class for more. `predictions`: as `values`. At most 1; below 0 when worse than nothing.
        """
        if self.is_number:
            spread = ((self.values - self.values.mean()) ** 2).sum()
            return 1 - ((self.values - predictions) ** 2).sum() / spread if spread > 0 else 0.0
        if self.classes == 2:
            return 2 * roc_auc(self.codes == 1, predictions[:, 1]) - 1
        commonest = np.bincount(self.codes).max() / len(self.codes)
        right = (predictions.argmax(axis=1) == self.codes).mean()
        return (right - commonest) / (1 - commonest) if commonest < 1 else 0.0

    def format(self, power):
        """A power in the measure that people know: R², AUC or accuracy."""
        if self.is_number:
            return f"R² of ranks {floor_digits(power)}"
        if self.classes == 2:
            return f"AUC {floor_digits((1 + power) / 2)}"
        commonest = np.bincount(self.codes).max() / len(self.codes)
        return f"accuracy {floor_digits(commonest + power * (1 - commonest))}"


def floor_digits(value):
    """Three digits as text, never rounded up to a perfection that is not there."""
    return f"{np.floor(value * 1000) / 1000:.3f}"


def roc_auc(positive, scores):
    """
    Area under the ROC curve by the Mann-Whitney statistic; one half where there is one class only.

    `positive`: bool (n,); `scores`: float (n,).
    """
    up = int(positive.sum())
    down = len(positive) - up
    if up == 0 or down == 0:
        return 0.5
    return (mid_ranks(scores)[positive].sum() - up * (up + 1) / 2) / (up * down)


def two_folds(count, seed=0):
    """A fold (0 or 1) for each row, int (count,), without regard to the order of rows."""
    return np.random.Generator(np.random.PCG64([seed, count])).permutation(count) % 2


def predictive_power(target, numbers, codes, folds):
    """
    The best that one column can do, read as a number or as a category; never below 0.

    `numbers`: float (n,), NaN for missing, or None when the column is no number; `codes`: int (n,) of its different
    values, or None; `folds`: int (n,) of 0 and 1.
    """
    best = 0.0
    if numbers is not None:
        best = max(best, target.power(predict_from_number(target, numbers, folds)))
    if codes is not None and codes.max() < len(codes) / 2:
        best = max(best, target.power(predict_from_category(target, codes, folds)))
    return float(best)


def predict_from_category(target, codes, folds):
    """Out-of-fold target encoding: rows get the mean that their category has in the other fold. As `target.values`."""
    predictions = np.empty_like(target.values)
    size = int(codes.max()) + 1
    for fold in (0, 1):
        learn, test = folds != fold, folds == fold
        counts = np.bincount(codes[learn], minlength=size)
        means = np.empty((size, target.values.shape[1]))
        for j in range(target.values.shape[1]):
            column = target.values[learn, j]
            sums = np.bincount(codes[learn], column, minlength=size)
            means[:, j] = np.where(counts > 0, sums / np.maximum(counts, 1), column.mean())
        predictions[test] = means[codes[test]]
    return predictions


def predict_from_number(target, numbers, folds):
    """Out-of-fold regression by a line within each quantile bin of the number. As `target.values`."""
    predictions = np.empty_like(target.values)
    missing = ~np.isfinite(numbers)
    values = np.where(missing, 0.0, numbers)
    for fold in (0, 1):
        learn, test = folds != fold, folds == fold
        edges = edges_of(values[learn & ~missing])
        bins = np.where(missing, len(edges) + 1, np.searchsorted(edges, values, side="right"))
        predictions[test] = fit_lines(target.values[learn], values[learn], bins[learn], values[test], bins[test],
                                      len(edges) + 2)
    return predictions


def edges_of(values):
    """Where bins of about equally many values meet, float, ascending; linear between values, as `np.quantile` does."""
    if len(values) == 0:
        return np.zeros(1)
    ordered = np.sort(values)
    places = np.arange(1, BINS) / BINS * (len(ordered) - 1)
    low = places.astype(int)
    high = np.minimum(low + 1, len(ordered) - 1)
    edges = ordered[low] + (ordered[high] - ordered[low]) * (places - low)
    return edges[np.append(True, np.diff(edges) > 0)]


def fit_lines(targets, values, bins, asked, asked_bins, size):
    """
    Least squares within each bin; its mean where the bin is small or knows one value only.

    `targets`: float (n, k); `values` and `bins`: (n,) of the learning rows; `asked` and `asked_bins`: (m,) of the
    rows to predict; `size`: bins there are. Returns float (m, k).
    """
    counts = np.bincount(bins, minlength=size)
    safe = np.maximum(counts, 1)
    centers = np.bincount(bins, values, minlength=size) / safe
    deviation = values - centers[bins]
    spread = np.bincount(bins, deviation**2, minlength=size)
    # No extrapolation beyond the values that a bin has seen.
    low, high = np.full(size, np.inf), np.full(size, -np.inf)
    np.minimum.at(low, bins, values)
    np.maximum.at(high, bins, values)
    inside = np.clip(asked, low[asked_bins], high[asked_bins])
    inside = np.where(counts[asked_bins] > 0, inside, 0.0)
    result = np.empty((len(asked), targets.shape[1]))
    for j in range(targets.shape[1]):
        column = targets[:, j]
        means = np.where(counts > 0, np.bincount(bins, column, minlength=size) / safe, column.mean())
        slopes = np.bincount(bins, deviation * (column - means[bins]), minlength=size)
        slopes = np.where((spread > 0) & (counts >= MIN_ROWS_FOR_LINE), slopes / np.where(spread > 0, spread, 1), 0.0)
        result[:, j] = means[asked_bins] + slopes[asked_bins] * (inside - centers[asked_bins])
    return result
