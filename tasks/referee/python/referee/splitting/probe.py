"""How well one column alone tells the answer: cross-validated, without a metric of the competition."""

import numpy as np

BINS = 64


class Answer:
    """What is to be told, in the form in which telling it can be measured."""

    def __init__(self, cells, is_number):
        """`cells`: the answers as text or numbers; rows without one are left out by the caller."""
        self.is_number = is_number
        if is_number:
            # By rank, so that a few huge answers do not decide.
            self.values = ranks(np.asarray(cells, dtype=float))[:, None]
            self.classes = 0
            return
        names, codes, counts = np.unique(cells, return_inverse=True, return_counts=True)
        # Rare classes are one: they cannot be learned from a sample.
        kept = np.argsort(-counts, kind="stable")[:MAX_CLASSES]
        place = np.full(len(names), len(kept))
        place[kept] = np.arange(len(kept))
        self.codes = place[codes]
        self.classes = int(self.codes.max()) + 1
        self.values = (self.codes[:, None] == np.arange(self.classes)).astype(float)

    def strength(self, guesses):
        """How much of what could be told the guesses tell: 0 for nothing, 1 for everything."""
        if self.is_number:
            spread = ((self.values - self.values.mean()) ** 2).sum()
            return 1 - ((self.values - guesses) ** 2).sum() / spread if spread > 0 else 0.0
        if self.classes == 2:
            return 2 * area(self.codes == 1, guesses[:, 1]) - 1
        usual = np.bincount(self.codes).max() / len(self.codes)
        right = (guesses.argmax(axis=1) == self.codes).mean()
        return (right - usual) / (1 - usual) if usual < 1 else 0.0

    def word(self, strength):
        """The same as people measure it."""
        if self.is_number:
            return f"R² of ranks {cut(strength)}"
        if self.classes == 2:
            return f"AUC {cut((1 + strength) / 2)}"
        usual = np.bincount(self.codes).max() / len(self.codes)
        return f"accuracy {cut(usual + strength * (1 - usual))}"


MAX_CLASSES = 60


def cut(value):
    """Three digits, never rounded up to a perfection that is not there."""
    return f"{np.floor(value * 1000) / 1000:.3f}"


def area(positive, scores):
    """Area under the ROC curve; one half where there is one class only."""
    up = int(positive.sum())
    down = len(positive) - up
    if up == 0 or down == 0:
        return 0.5
    return (ranks(scores)[positive].sum() - up * (up + 1) / 2) / (up * down)


def ranks(values):
    """Ranks from 1 on, ties at their middle."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[places]


def halves(count, seed=0):
    """Two folds without regard to the order of rows."""
    return np.random.Generator(np.random.PCG64([seed, count])).permutation(count) % 2


def tells(answer, numbers, codes, folds):
    """The best that a column can do, read as a number (None when it is none) or as a category."""
    best = 0.0
    if numbers is not None:
        best = max(best, answer.strength(by_size(answer, numbers, folds)))
    if codes is not None and codes.max() < len(codes) / 2:
        best = max(best, answer.strength(by_category(answer, codes, folds)))
    return float(best)


def by_category(answer, codes, folds):
    """Each fold's rows get the mean answer that their category has in the other fold."""
    guesses = np.empty_like(answer.values)
    size = int(codes.max()) + 1
    for fold in (0, 1):
        learn, ask = folds != fold, folds == fold
        counts = np.bincount(codes[learn], minlength=size)
        means = np.empty((size, answer.values.shape[1]))
        for j in range(answer.values.shape[1]):
            column = answer.values[learn, j]
            sums = np.bincount(codes[learn], column, minlength=size)
            means[:, j] = np.where(counts > 0, sums / np.maximum(counts, 1), column.mean())
        guesses[ask] = means[codes[ask]]
    return guesses


def by_size(answer, numbers, folds):
    """Each fold's rows get the answer of a line fitted to the rows of like size in the other fold."""
    guesses = np.empty_like(answer.values)
    missing = ~np.isfinite(numbers)
    values = np.where(missing, 0.0, numbers)
    for fold in (0, 1):
        learn, ask = folds != fold, folds == fold
        edges = np.unique(np.quantile(values[learn & ~missing], np.linspace(0, 1, BINS + 1)[1:-1])
                          if (learn & ~missing).any() else [0.0])
        bins = np.where(missing, len(edges) + 1, np.searchsorted(edges, values, side="right"))
        guesses[ask] = lines(answer.values[learn], values[learn], bins[learn], values[ask], bins[ask],
                             len(edges) + 2)
    return guesses


def lines(targets, values, bins, asked, asked_bins, size):
    """Least squares within each bin; its mean where the bin is small or knows one value only."""
    counts = np.bincount(bins, minlength=size)
    safe = np.maximum(counts, 1)
    centers = np.bincount(bins, values, minlength=size) / safe
    apart = values - centers[bins]
    spread = np.bincount(bins, apart**2, minlength=size)
    # Nothing is told about values beyond those that a bin has seen.
    low, high = np.full(size, np.inf), np.full(size, -np.inf)
    np.minimum.at(low, bins, values)
    np.maximum.at(high, bins, values)
    inside = np.clip(asked, low[asked_bins], high[asked_bins])
    inside = np.where(counts[asked_bins] > 0, inside, 0.0)
    result = np.empty((len(asked), targets.shape[1]))
    for j in range(targets.shape[1]):
        column = targets[:, j]
        means = np.where(counts > 0, np.bincount(bins, column, minlength=size) / safe, column.mean())
        slopes = np.bincount(bins, apart * (column - means[bins]), minlength=size)
        slopes = np.where((spread > 0) & (counts >= 5), slopes / np.where(spread > 0, spread, 1), 0.0)
        result[:, j] = means[asked_bins] + slopes[asked_bins] * (inside - centers[asked_bins])
    return result
