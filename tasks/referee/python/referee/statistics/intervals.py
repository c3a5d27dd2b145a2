"""
95 % intervals of a score: bias-corrected and accelerated bootstrap (BCa; Efron 1987, "Better bootstrap confidence
intervals"), widened by Student's t where few units carry the score; Wilson's interval (1927) for accuracy.
`npm run measure trust` checks the coverage on simulated competitions.
"""

import numpy as np
# Not scipy.stats, whose import takes a second: its quantiles are these functions.
from scipy import special

# Convention.
LEVEL = 0.95
# The jackknife leaves out at most so many parts of the rows: their skewness scales like that of single rows, at a
# fixed price.
MAX_PARTS = 200
# Parts that are left out at once: bounds the memory.
BATCH_PARTS = 40
# Multiples of it modulo 1 fill the unit interval evenly (Weyl).
GOLDEN_RATIO = 0.6180339887498949
# The correction for skewness is bounded where few units make the acceleration itself uncertain.
MIN_BCA_DENOMINATOR = 0.2


class Part:
    """
    The rows of one view. `share`: of the pooled score; `measure`: weights (draws, rows) -> metric (draws,); `count`:
    rows; `clusters`: what is drawn as a whole, (rows,), or None for single rows.
    """

    def __init__(self, share, measure, count, clusters):
        self.share, self.measure, self.count = share, measure, count
        units = np.arange(count) if clusters is None else np.unique(clusters, return_inverse=True)[1]
        self.units = units
        self.unit_count = int(units.max()) + 1

    def influence(self):
        """
        Jackknife influence of each part of the units on the pooled score, float (up to 200,); their squares sum to the
        variance. Empty when fewer than two can be left out.
        """
        parts = min(self.unit_count, MAX_PARTS)
        if parts < 2:
            return np.zeros(0)
        # The golden ratio spreads neighboring units over the parts, the same way every time.
        place = np.argsort(np.argsort((np.arange(self.unit_count) * GOLDEN_RATIO) % 1.0)) % parts
        part_of = place[self.units]
        scores = []
        for start in range(0, parts, BATCH_PARTS):
            numbers = np.arange(start, min(start + BATCH_PARTS, parts))
            scores.append(self.measure((part_of[None, :] != numbers[:, None]).astype(np.float64)))
        scores = np.concatenate(scores)
        scores = scores[np.isfinite(scores)]
        if len(scores) < 2:
            return np.zeros(0)
        return self.share * (scores.mean() - scores) * (len(scores) - 1) / len(scores)


def interval(metric, score, draws, parts):
    """
    [low, high] of a pooled score; holds the score itself, and is a point where the draws do not differ.

    `draws`: float (draws,), NaN where a draw has no value; `parts`: the `Part`s that the score is pooled from, none for
    a custom metric.
    """
    known = draws[np.isfinite(draws)]
    with np.errstate(all="ignore"):
        influence = np.concatenate([part.influence() for part in parts] or [np.zeros(0)])
    if metric in ("accuracy", "top_k_accuracy"):
        return wilson(score, influence, parts)
    if len(known) == 0:
        return [score, score]
    if np.ptp(known) <= 1e-12 * max(1.0, abs(score)):
        return [score, score]
    return include(score, bca_limits(score, known, influence))


def bca_limits(score, draws, influence):
    """
    BCa limits (Efron 1987) with the quantile of Student's t in place of the normal one: the fewer units carry
    the score, the wider. `draws`: float (draws,), finite; `influence`: float (parts,), see `Part.influence`.
    """
    size = (influence**2).sum()
    if size <= 0:
        acceleration, freedom = 0.0, max(len(draws) - 1, 1)
        width = special.stdtrit(freedom, (1 + LEVEL) / 2)
    else:
        acceleration = (influence**3).sum() / (6 * size**1.5)
        width = special.stdtrit(degrees_of_freedom(influence), (1 + LEVEL) / 2) * np.sqrt(
            len(influence) / (len(influence) - 1)
        )
    below = ((draws < score).mean() + (draws <= score).mean()) / 2
    edge = 1 / (len(draws) + 1)
    bias = special.ndtri(np.clip(below, edge, 1 - edge))
    limits = []
    for side in (-width, width):
        reach = bias + side
        level = special.ndtr(bias + reach / max(1 - acceleration * reach, MIN_BCA_DENOMINATOR))
        limits.append(float(np.quantile(draws, np.clip(level, 0, 1))))
    return limits


def degrees_of_freedom(influence):
    """
    Degrees of freedom of the variance that the parts add up to, by its own variance (Satterthwaite 1946): heavy tails
    and rare classes leave few. Between 2 and parts - 1.
    """
    size, fourth = (influence**2).sum(), (influence**4).sum()
    spread = fourth - size**2 / len(influence)
    most = max(len(influence) - 1, 1)
    return float(np.clip(2 * size**2 / spread, 2, most)) if spread > 0 else float(most)


def wilson(score, influence, parts):
    """
    Interval of a share (Wilson 1927, "Probable inference, the law of succession, and statistical inference"); rows of
    groups count as fewer, by the design effect (Kish 1965).
    """
    rows = sum(part.count for part in parts)
    units = sum(part.unit_count for part in parts)
    grouped = units < rows
    effective, width = float(rows), special.ndtri((1 + LEVEL) / 2)
    if grouped:
        width = special.stdtrit(max(units - 1, 1), (1 + LEVEL) / 2)
        single = score * (1 - score) / rows
        observed = (influence**2).sum() * len(influence) / max(len(influence) - 1, 1)
        effective = rows * min(1.0, single / observed) if observed > 0 else float(units)
    scale = 1 + width**2 / effective
    middle = (score + width**2 / (2 * effective)) / scale
    half = width / scale * np.sqrt(score * (1 - score) / effective + width**2 / (4 * effective**2))
    return include(score, [float(middle - half), float(middle + half)])


def include(score, limits):
    """The limits, widened where they do not hold the score itself."""
    return [min(limits[0], score), max(limits[1], score)]
