"""The canary: what a script that was trained on shuffled answers still knows of the true ones."""

import numpy as np

from referee.blending import bank
from referee.judging import metrics
from referee.statistics import bootstrap
from referee.views.shuffle import base_view

PERMUTATIONS = 199
BATCH = 40
# A script that knows nothing is above chance in one shuffle of a hundred at most.
LEVEL = 0.01
# Less than this share of the gain over chance that the script has with the true answers is no leak worth the name.
SHARE = 0.2


def assess_canary(case, solution, view):
    """Score under shuffled answers, the range of chance, and whether it is above chance."""
    problem, base = case.problem, base_view(view)
    truth = case.truth(base)
    predictions = bank.get(case, solution, view)
    score = metrics.score(problem, truth, predictions)
    real = metrics.score(problem, truth, bank.get(case, solution, base))
    chance = chance_scores(case, view, truth, predictions)
    middle = float(np.median(chance)) if len(chance) else score
    reached = int((problem.sign * (chance - score) >= 0).sum())
    probability = (1 + reached) / (1 + len(chance))
    gain, whole = problem.sign * (score - middle), problem.sign * (real - middle)
    share = float(gain / whole) if whole > 0 else None
    above = probability <= LEVEL and gain > 0 and (share is None or share >= SHARE)
    low, high = np.quantile(chance, [LEVEL, 1 - LEVEL]) if len(chance) else (score, score)
    return {
        "score": float(score), "real": float(real), "chance": [float(low), float(high)],
        "probability": float(probability), "share": share, "aboveChance": bool(above),
    }


def chance_scores(case, view, truth, predictions):
    """Scores of the script's own predictions, dealt to the wrong rows: what they are worth without a row's answer."""
    rng = np.random.Generator(np.random.PCG64([case.seed, 6, len(truth)]))
    scores = []
    while len(scores) < PERMUTATIONS:
        size = min(BATCH, PERMUTATIONS - len(scores))
        batch = [predictions[places] for places in (misplace(case, view, rng) for _ in range(size))]
        scores.extend(bootstrap.quick_scores(case.problem, truth, batch))
    scores = np.array(scores, dtype=float)
    return scores[np.isfinite(scores)]


def misplace(case, view, rng):
    """Rows in a false order: groups stay whole, and what follows one another in time still does."""
    base = base_view(view)
    count, clusters = case.count(base), case.clusters(base)
    if clusters is not None:
        codes = np.unique(clusters, return_inverse=True)[1]
        # Places in the order of groups take their predictions from the groups in another order.
        others = rng.permutation(int(codes.max()) + 1)[codes]
        places = np.empty(count, dtype=int)
        places[np.argsort(codes, kind="stable")] = np.argsort(others, kind="stable")
        return places
    if case.split["strategy"] == "time":
        least = max(1, count // 10)
        return np.roll(np.arange(count), int(rng.integers(least, max(least, count - least) + 1)))
    return rng.permutation(count)
