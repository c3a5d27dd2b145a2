"""What is left of a script's score when it is run again: on a disguised view, or alone on the same one."""

import numpy as np

from referee.blending import bank
from referee.judging import metrics
from referee.judging.constant import constant_scores
from referee.splitting.label_store import is_disguised
from referee.views.canary import LEVEL, MIN_SHARE, chance_scores
from referee.views.disguised_view import FOLD


def assess_repeated(competition, solution, again, view, base):
    """
    Compares the predictions banked for `solution` on `base` with those banked for `again` on `view`, row by row.

    Returns both scores, the `lost` share of the gain over chance (None without a gain), how probable so large a loss
    is by the rows alone where no more than the tolerated share is lost, and whether the score is `isLost`: by more than
    a fifth beside what fewer training rows cost, and not by chance.
    """
    problem = competition.problem
    truth = competition.truth(base)
    first = bank.get_predictions(competition, solution, base)
    second = aligned(competition, again, view)
    real, found = (metrics.score(problem, truth, each) for each in (first, second))
    nothing = knowing_nothing(competition, base, truth, first)
    # Where that has no value there is no gain to lose.
    nothing = real if nothing is None else nothing
    loss, whole = problem.sign * (real - found), problem.sign * (real - nothing)
    tolerated = MIN_SHARE + moved_share(competition, view)
    resampler = competition.resampler(base)
    before, after = (problem.sign * resampler.scores(problem, truth, each) for each in (first, second))
    excess = before - after - tolerated * (before - problem.sign * nothing)
    excess = excess[np.isfinite(excess)]
    probability = float((1 + (excess <= 0).sum()) / (1 + len(excess)))
    lost = float(loss / whole) if whole > 0 else None
    return {
        "score": float(found), "real": float(real), "lost": lost, "probability": probability,
        "isLost": bool(lost is not None and lost >= tolerated and probability <= LEVEL),
    }


def knowing_nothing(competition, base, truth, predictions):
    """
    Score of who knows nothing of the rows: the better of the same predictions on permuted rows and of one for all,
    which sure predictions fall far behind when they are permuted. None where neither has a value.
    """
    sign = competition.problem.sign
    scores = [np.median(chance) for chance in [chance_scores(competition, base, truth, predictions)] if len(chance)]
    constant = constant_scores(competition, [base])["search"]
    scores.extend([] if constant is None else [constant])
    return float(max(scores, key=lambda score: sign * score)) if scores else None


def moved_share(competition, view):
    """
    Share of the training rows that a disguise takes away. A model that is drawn towards the mean by a prior of many rows
    loses as large a share of its gain, for that is proportional to the rows; others lose less.
    """
    if not is_disguised(view):
        return 0.0
    return float((competition.labels(view)["order"] < 0).sum() / len(competition.rows(FOLD).train))


def aligned(competition, solution, view):
    """Predictions in the order of the fold's rows, also where the view has them in another one."""
    predictions = bank.get_predictions(competition, solution, view)
    if not is_disguised(view):
        return predictions
    order = competition.labels(view)["order"]
    rows = np.empty(competition.count(FOLD), dtype=int)
    rows[order[order >= 0]] = np.flatnonzero(order >= 0)
    return predictions[rows]
