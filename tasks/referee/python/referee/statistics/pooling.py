"""Scores pooled over views, in the data and in every bootstrap draw, and two solutions compared on the same draws."""

import numpy as np

from referee.blending import bank
from referee.judging import metrics
from referee.statistics.bootstrap import weighted
from referee.statistics.intervals import Part, interval


def predictions_of(case, solution, view):
    """Banked predictions and the view they are for; `fold-0@1` is fold 0 once more, the script run with another seed."""
    base, _, repeat = view.partition("@")
    return base, bank.get(case, f"{solution}@{repeat}" if repeat else solution, base)


def shares(case, views):
    """What each view counts: its rows."""
    counts = np.array([case.count(view.partition("@")[0]) for view in views], dtype=float)
    return counts / counts.sum()


def pooled_draws(case, solution, views):
    """Score over views weighted by rows, and the same in every draw."""
    score, draws = 0.0, 0.0
    count = common_draws(case, views)
    for view, share in zip(views, shares(case, views)):
        base, predictions = predictions_of(case, solution, view)
        truth = case.truth(base)
        score += share * metrics.score(case.problem, truth, predictions)
        draws = draws + share * case.resampler(base, count).scores(case.problem, truth, predictions)
    return float(score), draws


def common_draws(case, views):
    """As many draws as the largest view allows, so that views can be added up."""
    return min(case.resampler(view.partition("@")[0]).draws for view in views)


def pool(case, solution, views):
    """Score of a solution with its interval."""
    score, draws = pooled_draws(case, solution, views)
    return {"score": score, "interval": interval_of(case, solution, views, score, draws)}


def interval_of(case, solution, views, score, draws):
    """The interval of a pooled score."""
    parts = []
    if case.problem.metric != "custom":
        for view, share in zip(views, shares(case, views)):
            base, predictions = predictions_of(case, solution, view)
            measure = weighted(case.problem, case.truth(base), predictions)
            parts.append(Part(share, measure, case.count(base), case.blocks(base)))
    return interval(case.problem.metric, score, draws, parts)


def compare(case, incumbent, challenger, views):
    """Gain in the metric's good direction, its standard error, and the share of draws won."""
    base, base_draws = pooled_draws(case, incumbent, views)
    other, other_draws = pooled_draws(case, challenger, views)
    return comparison(case.problem.sign * (other - base), case.problem.sign * (other_draws - base_draws))


def comparison(gain, gains):
    """A gain with what its draws say of it."""
    known = gains[np.isfinite(gains)]
    if len(known) == 0:
        known = np.zeros(1)
    return {
        "gain": float(gain) + 0.0,
        "standardError": float(known.std(ddof=1)) if len(known) > 1 else 0.0,
        "probability": float((known > 0).mean()),
    }
