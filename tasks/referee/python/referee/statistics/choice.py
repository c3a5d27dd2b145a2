"""Who is submitted: what search and sealed rows say of the finalists together, and what being chosen does to a score."""

import numpy as np

from referee.statistics.multiple_comparisons import scores_and_draws
from referee.statistics.pooled_scores import comparison, interval_of

VIEW = "sealed"
# Search and sealed rows that differ by more standard errors than this do not measure the same (a choice of ours): a
# script may know rows of the search, and knows none of the sealed ones.
MAX_DIFFERENCE = 3


def choose(competition, finalists):
    """
    Ranks finalists by the gain that search and sealed rows together let expect, each by its precision (normal prior,
    normal error), or the sealed rows alone where the search is contradicted by them.

    `finalists`: dicts of `id`, and of its gain over one common solution as the search knows it: `expected`, with
    standard deviation `spread`. Returns the ids best first as `order`, the sealed `score` and `interval` of each, and
    for the chosen one the selection bias of its sealed score (`selectionBias`, 0 or more) and its `interval` moved by
    that bias; None without finalists.
    """
    if not finalists:
        return {"order": [], "selectionBias": 0.0, "finalists": [], "interval": None}
    sign = competition.problem.sign
    ids = [finalist["id"] for finalist in finalists]
    scores, draws = scores_and_draws(competition, ids, [VIEW])
    good, drawn = sign * scores, sign * draws
    gains, errors, expected, spreads = evidence(finalists, good, drawn)
    order = np.argsort(-posterior(expected, spreads, gains, errors), kind="stable")
    chosen = int(order[0])
    intervals = [interval_of(competition, id, [VIEW], float(score), each)
                 for id, score, each in zip(ids, scores, draws)]
    known = np.isfinite(drawn).all(axis=0)
    bias = 0.0
    if known.sum() > 1 and len(ids) > 1:
        base = int(np.argmin(spreads))
        drawn_gains = drawn[:, known] - drawn[base, known]
        picked = posterior(expected[:, None], spreads[:, None], drawn_gains, errors[:, None]).argmax(axis=0)
        # What a draw adds to the data, the data have on top of the truth: taken away once more.
        reflected = 2 * good[picked] - drawn[:, known][picked, np.arange(int(known.sum()))]
        bias = max(0.0, float(good[chosen] - reflected.mean()))
    return {
        "order": [ids[i] for i in order],
        "selectionBias": bias,
        "finalists": [{"id": id, "score": float(score), "interval": each}
                      for id, score, each in zip(ids, scores, intervals)],
        "interval": shifted(intervals[chosen], float(scores[chosen]), sign * bias),
    }


def evidence(finalists, good, drawn):
    """
    Gains over the finalist that the search knows best, on the sealed rows, with their standard errors, and as the
    search expects them, with standard deviations: float (finalists,) each. `good`: float (finalists,); `drawn`: float
    (finalists, draws); higher is better.
    """
    means = np.array([finalist["expected"] for finalist in finalists], dtype=float)
    spreads = np.array([finalist["spread"] for finalist in finalists], dtype=float)
    base = int(np.argmin(spreads))
    errors = np.array([comparison(0.0, drawn[i] - drawn[base])["standardError"] for i in range(len(finalists))])
    others = np.arange(len(finalists)) != base
    return good - good[base], errors, means - means[base], np.hypot(spreads, spreads[base]) * others


def posterior(means, spreads, gains, errors):
    """
    Both together, each by its precision. What has no error is known; where both have none, or the search says what the
    sealed rows contradict, the sealed rows count.
    """
    variances = spreads**2 + errors**2
    weight = np.where(variances > 0, spreads**2 / np.where(variances > 0, variances, 1), 1.0)
    is_contradicted = (spreads > 0) & (np.abs(gains - means) > MAX_DIFFERENCE * np.sqrt(variances))
    return np.where(is_contradicted, gains, (1 - weight) * means + weight * gains)


def shifted(limits, score, bias):
    """The interval moved by the bias; it still holds the score that was seen."""
    low, high = limits[0] - bias, limits[1] - bias
    return [min(low, score), max(high, score)]
