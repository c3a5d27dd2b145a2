"""Scores pooled over views, in the data and in every bootstrap draw, and the paired comparison of two solutions."""

import numpy as np

from referee.blending import bank
from referee.judging import metrics
from referee.statistics.bootstrap import weighted
from referee.statistics.intervals import Part, interval

# Of a score: what sums in another order differ by; a gain that small would cost a longer script and show none.
ROUNDING = 1e-12


def predictions_of(competition, solution, view):
    """The view without its repeat (`fold-0@1`: fold 0, another seed), and the banked predictions (rows, columns)."""
    base, _, repeat = view.partition("@")
    return base, bank.get_predictions(competition, f"{solution}@{repeat}" if repeat else solution, base)


def shares(competition, views):
    """Weight of each view, float (views,), summing to 1: its share of the rows."""
    counts = np.array([competition.count(view.partition("@")[0]) for view in views], dtype=float)
    return counts / counts.sum()


def pooled_draws(competition, solution, views):
    """Score over views weighted by rows, and the same in every draw, float (draws,)."""
    score, draws = 0.0, 0.0
    count = common_draws(competition, views)
    for view, share in zip(views, shares(competition, views)):
        base, predictions = predictions_of(competition, solution, view)
        truth = competition.truth(base)
        score += share * metrics.score(competition.problem, truth, predictions)
        draws = draws + share * competition.resampler(base, count).scores(competition.problem, truth, predictions)
    return float(score), draws


def common_draws(competition, views):
    """As many draws as the largest view allows, so that views can be added up."""
    return min(competition.resampler(view.partition("@")[0]).draws for view in views)


def pooled_score(competition, solution, views):
    """`score` of a solution over views, weighted by rows, with its 95 % `interval`; raises `Undefined`."""
    score, draws = pooled_draws(competition, solution, views)
    return {"score": score, "interval": interval_of(competition, solution, views, score, draws)}


def interval_of(competition, solution, views, score, draws):
    """The interval of a pooled score; `draws`: float (draws,)."""
    parts = []
    if competition.problem.metric != "custom":
        for view, share in zip(views, shares(competition, views)):
            base, predictions = predictions_of(competition, solution, view)
            measure = weighted(competition.problem, competition.truth(base), predictions)
            parts.append(Part(share, measure, competition.count(base), competition.blocks(base)))
    return interval(competition.problem.metric, score, draws, parts)


def compare(competition, incumbent, challenger, views):
    """
    Challenger against incumbent by a paired bootstrap: both are scored on the same draws of rows.

    Returns the `gain` (positive: the challenger is better), its `standardError`, and the share of draws in which the
    challenger is better as `probability`.
    """
    return comparison(*pooled_gain(competition, incumbent, challenger, views))


def pooled_gain(competition, incumbent, challenger, views):
    """Gain of the challenger, positive when it is better, and the same in every draw, float (draws,)."""
    base, base_draws = pooled_draws(competition, incumbent, views)
    other, other_draws = pooled_draws(competition, challenger, views)
    sign = competition.problem.sign
    return sign * difference(other, base), sign * difference(other_draws, base_draws)


def difference(one, other):
    """How much larger a score is, float of their shape: 0 where only rounding tells them apart."""
    found = np.asarray(one) - other
    return np.where(np.abs(found) <= ROUNDING * np.maximum(np.abs(one), np.abs(other)), 0.0, found)


def comparison(gain, gains):
    """A gain with the standard error and the share above 0 of its draws, float (draws,), NaN ignored."""
    known = gains[np.isfinite(gains)]
    if len(known) == 0:
        known = np.zeros(1)
    return {
        "gain": float(gain) + 0.0,
        "standardError": float(known.std(ddof=1)) if len(known) > 1 else 0.0,
        "probability": float((known > 0).mean()),
    }
