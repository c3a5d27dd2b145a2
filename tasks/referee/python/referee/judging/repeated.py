"""What is left of a script's score when it is run again: on a disguised view, or alone on the same one."""

import numpy as np

from referee.blending import bank
from referee.judging import metrics
from referee.splitting.label_store import is_disguised
from referee.views.canary import LEVEL, MIN_SHARE, chance_scores
from referee.views.disguised_view import FOLD


def assess_repeated(competition, solution, again, view, base):
    """
    Compares the predictions banked for `solution` on `base` with those banked for `again` on `view`, row by row.

    Returns both scores, the `lost` share of the gain over chance (None without a gain), how probable so large a loss
    is by the rows alone, and whether the score is `isLost`: by more than a fifth, and not by chance.
    """
    problem = competition.problem
    truth = competition.truth(base)
    first = bank.get_predictions(competition, solution, base)
    second = aligned(competition, again, view)
    real, found = (metrics.score(problem, truth, each) for each in (first, second))
    chance = chance_scores(competition, base, truth, first)
    middle = float(np.median(chance)) if len(chance) else real
    loss, whole = problem.sign * (real - found), problem.sign * (real - middle)
    resampler = competition.resampler(base)
    draws = problem.sign * (resampler.scores(problem, truth, first) - resampler.scores(problem, truth, second))
    draws = draws[np.isfinite(draws)]
    probability = float((1 + (draws <= 0).sum()) / (1 + len(draws)))
    lost = float(loss / whole) if whole > 0 else None
    return {
        "score": float(found), "real": float(real), "lost": lost, "probability": probability,
        "isLost": bool(lost is not None and lost >= MIN_SHARE and probability <= LEVEL),
    }


def aligned(competition, solution, view):
    """Predictions in the order of the fold's rows, also where the view has them in another one."""
    predictions = bank.get_predictions(competition, solution, view)
    if not is_disguised(view):
        return predictions
    order = competition.labels(view)["order"]
    rows = np.empty(competition.count(FOLD), dtype=int)
    rows[order[order >= 0]] = np.flatnonzero(order >= 0)
    return predictions[rows]
