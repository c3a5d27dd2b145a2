"""An interval around a score that holds the true score as often as it says: bias-corrected, accelerated, widened for few units."""

import numpy as np
from scipy import stats

LEVEL = 0.95
# Left-out parts of the jackknife: their skewness scales like that of single rows, at a fixed price.
MAX_PARTS = 200
JACKKNIFE_ROWS = 40


class Part:
    """The rows of one view: their share of the pooled score, their metric by weights, and what is drawn as a whole."""

    def __init__(self, share, measure, count, clusters):
        self.share, self.measure, self.count = share, measure, count
        units = np.arange(count) if clusters is None else np.unique(clusters, return_inverse=True)[1]
        self.units = units
        self.unit_count = int(units.max()) + 1

    def contributions(self):
        """What each left-out part of the rows adds to the pooled score, by leaving it out."""
        parts = min(self.unit_count, MAX_PARTS)
        if parts < 2:
            return np.zeros(0)
        # The golden ratio spreads neighbouring units over the parts, the same way every time.
        place = np.argsort(np.argsort((np.arange(self.unit_count) * 0.6180339887498949) % 1.0)) % parts
        part_of = place[self.units]
        left = []
        for start in range(0, parts, JACKKNIFE_ROWS):
            numbers = np.arange(start, min(start + JACKKNIFE_ROWS, parts))
            left.append(self.measure((part_of[None, :] != numbers[:, None]).astype(np.float64)))
        left = np.concatenate(left)
        left = left[np.isfinite(left)]
        if len(left) < 2:
            return np.zeros(0)
        return self.share * (left.mean() - left) * (len(left) - 1) / len(left)


def interval(metric, score, draws, parts):
    """The interval of a pooled score, from its bootstrap draws and the parts it is pooled from."""
    known = draws[np.isfinite(draws)]
    with np.errstate(all="ignore"):
        moved = np.concatenate([part.contributions() for part in parts] or [np.zeros(0)])
    if metric == "accuracy":
        return wilson(score, moved, parts)
    if len(known) == 0:
        return [score, score]
    if np.ptp(known) <= 1e-12 * max(1.0, abs(score)):
        return [score, score]
    return hold(score, accelerated(score, known, moved))


def accelerated(score, draws, moved):
    """BCa limits at the level of Student's t: the fewer units carry the score, the wider."""
    size = (moved**2).sum()
    if size <= 0:
        acceleration, freedom = 0.0, max(len(draws) - 1, 1)
        width = stats.t.ppf((1 + LEVEL) / 2, freedom)
    else:
        acceleration = (moved**3).sum() / (6 * size**1.5)
        width = stats.t.ppf((1 + LEVEL) / 2, freedom_of(moved)) * np.sqrt(len(moved) / (len(moved) - 1))
    below = ((draws < score).mean() + (draws <= score).mean()) / 2
    edge = 1 / (len(draws) + 1)
    bias = stats.norm.ppf(np.clip(below, edge, 1 - edge))
    limits = []
    for side in (-width, width):
        reach = bias + side
        level = stats.norm.cdf(bias + reach / max(1 - acceleration * reach, 0.2))
        limits.append(float(np.quantile(draws, np.clip(level, 0, 1))))
    return limits


def freedom_of(moved):
    """Degrees of freedom of the variance that the parts add up to (Satterthwaite): heavy tails and rare classes leave few."""
    size, fourth = (moved**2).sum(), (moved**4).sum()
    spread = fourth - size**2 / len(moved)
    most = max(len(moved) - 1, 1)
    return float(np.clip(2 * size**2 / spread, 2, most)) if spread > 0 else float(most)


def wilson(score, moved, parts):
    """Wilson's interval of a share; rows that stand or fall together count as fewer."""
    rows = sum(part.count for part in parts)
    units = sum(part.unit_count for part in parts)
    grouped = units < rows
    effective, width = float(rows), stats.norm.ppf((1 + LEVEL) / 2)
    if grouped:
        width = stats.t.ppf((1 + LEVEL) / 2, max(units - 1, 1))
        single = score * (1 - score) / rows
        seen = (moved**2).sum() * len(moved) / max(len(moved) - 1, 1)
        effective = rows * min(1.0, single / seen) if seen > 0 else float(units)
    scale = 1 + width**2 / effective
    middle = (score + width**2 / (2 * effective)) / scale
    half = width / scale * np.sqrt(score * (1 - score) / effective + width**2 / (4 * effective**2))
    return hold(score, [float(middle - half), float(middle + half)])


def hold(score, limits):
    """An interval holds the score that it is about."""
    return [min(limits[0], score), max(limits[1], score)]
