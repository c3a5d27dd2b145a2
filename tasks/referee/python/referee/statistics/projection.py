"""
What the submission is expected to score: the sealed score was made with fewer training rows, on rows before those of the
test where the split is by time, and test rows are a draw as well.
"""

import numpy as np
from scipy import special

from referee.blending import bank
from referee.errors import Invalid
from referee.judging import metrics
from referee.splitting.label_store import HALVED
from referee.statistics.pooled_scores import pooled_draws

FOLD, SEALED = "fold-0", "sealed"
# Normal quantile of a 95 % interval's ends.
Z_95 = 1.96
# Errors fall with a power of the training rows between 0 (by the logarithm) and 1; models of tables by about a half
# (Hestness et al. 2017, "Deep learning scaling is predictable, empirically").
POWERS = (0.0, 0.5, 1.0)
USUAL_POWER = 0.5
# One step of time tells little of the usual one, and Student's t with one degree of freedom would say nothing at all
# (13 deviations): it counts with as many steps of the same size more. A choice of ours, by `npm run measure -- trust`.
ASSUMED_STEPS = 4


def project(competition, solution, views, halved, interval):
    """
    The score to expect of a solution on the test rows: `score`, its 95 % `interval`, and the part that each has in it.

    `views`: search folds that it is banked for, the newest first where the split is by time; `halved`: the script whose
    predictions with half of the training rows are banked, or None; `interval`: of its sealed score, its selection bias
    taken away. `rows`: what more training rows are expected to add to the score, with the standard error `rowsError`;
    `time`: the standard deviation from one stretch of time to the next beyond chance, None where the split is not by
    time; `test`: how much wider an interval is for one draw of as many test rows;
    `drawn`: what the interval draws as a whole.
    """
    score = scores_of(competition, solution, [SEALED])[0]
    curve = learning_curve(competition, halved) if halved is not None else None
    now, then = train_rows(competition, SEALED), competition.units.count
    gain, error = growth(curve, now, then) if curve is not None else (0.0, 0.0)
    test = np.sqrt(1 + competition.count(SEALED) / max(1, competition.count("final")))
    beyond, quantile = None, 0.0
    if competition.split["strategy"] == "time":
        beyond, quantile = time_spread(competition, solution, [SEALED, *views], curve)
    low, high = interval
    further = (Z_95 * error) ** 2 + (quantile * (beyond or 0.0)) ** 2
    below, above = max(0.0, score - low), max(0.0, high - score)
    expected = possible(competition.problem, score + gain)
    reach = [float(np.sqrt((test * side) ** 2 + further)) for side in (below, above)]
    return {
        "score": expected, "interval": [possible(competition.problem, end) for end in (expected - reach[0], expected + reach[1])],
        "rows": None if curve is None else float(gain), "rowsError": float(error), "time": beyond, "test": float(test),
        "drawn": {"group": "groups", "time": "times"}.get(competition.split["strategy"], "rows"),
    }


def possible(problem, score):
    """The score, or the perfect one where it would be better; a metric of the competition's own has none."""
    if problem.metric == "custom":
        return float(score)
    return float(max(score, 0.0) if problem.sign < 0 else min(score, 1.0))


def halved_views(competition):
    """The view by which the learning curve is measured; none in splits that were frozen without it."""
    if not competition.splittable:
        return []
    try:
        competition.rows(HALVED)
    except Invalid:
        return []
    return [HALVED]


def train_rows(competition, view):
    """How many rows a view trains on."""
    return len(competition.rows(view).train)


def scores_of(competition, solution, views):
    """Score of a solution on each view."""
    return [float(metrics.score(competition.problem, competition.truth(view),
                                bank.get_predictions(competition, solution, view))) for view in views]


def learning_curve(competition, script):
    """
    What the second half of the training rows of the first fold adds to a script's score, shrunk by how sure that is;
    its standard error, and the training rows without and with it.
    """
    problem, truth = competition.problem, competition.truth(FOLD)
    half, whole = (bank.get_predictions(competition, script, view) for view in (HALVED, FOLD))
    gain = metrics.score(problem, truth, whole) - metrics.score(problem, truth, half)
    resampler = competition.resampler(FOLD)
    draws = resampler.scores(problem, truth, whole) - resampler.scores(problem, truth, half)
    draws = draws[np.isfinite(draws)]
    error = float(draws.std(ddof=1)) if len(draws) > 1 else 0.0
    sure = gain**2 / (gain**2 + error**2) if gain else 0.0
    return float(sure * gain), error, train_rows(competition, HALVED), train_rows(competition, FOLD)


def growth(curve, now, then):
    """What a score gains from `now` to `then` training rows by a learning curve, and the standard error of that."""
    gain, error, half, whole = curve
    if not half < whole or now >= then:
        return 0.0, 0.0
    factors = {power: fall(now, then, power) / fall(half, whole, power) for power in POWERS}
    usual = factors[USUAL_POWER]
    # The powers are the ends of what is likely.
    spread = abs(factors[POWERS[0]] - factors[POWERS[-1]]) / (2 * Z_95)
    return usual * gain, float(np.hypot(usual * error, spread * gain))


def fall(now, then, power):
    """How much an error falls from `now` to `then` training rows."""
    return float(np.log(then / now)) if power == 0 else now**-power - then**-power


def time_spread(competition, solution, views, curve):
    """
    How much a score changes from one stretch of time to the next, beyond what rows by chance and training rows do, as a
    standard deviation, and the quantile of Student's t for so few stretches. `views`: the newest first.
    """
    scores = np.array(scores_of(competition, solution, views))
    if curve is not None:
        all_rows = competition.units.count
        scores = scores + np.array([growth(curve, train_rows(competition, view), all_rows)[0] for view in views])
    variances = []
    for view in views:
        draws = pooled_draws(competition, solution, [view])[1]
        draws = draws[np.isfinite(draws)]
        variances.append(float(draws.var(ddof=1)) if len(draws) > 1 else 0.0)
    steps = np.diff(scores) ** 2
    if len(steps) == 0:
        return None, 0.0
    chance = np.array(variances)[1:] + np.array(variances)[:-1]
    beyond = max(0.0, float((steps - chance).mean()))
    return float(np.sqrt(beyond)), float(special.stdtrit(len(steps) + ASSUMED_STEPS, 0.975))
