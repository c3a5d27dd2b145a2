"""
The canary: what a script that was trained on shuffled answers still knows of the true ones, by a permutation test
whose p-value counts the data themselves (Phipson & Smyth 2010, "Permutation p-values should never be zero").
"""

import numpy as np

from referee.blending import bank
from referee.judging import metrics
from referee.judging.constant import constant_scores
from referee.statistics import bootstrap
from referee.statistics.ranks import mid_ranks
from referee.views.shuffled_view import base_view

# With 199 permutations the smallest p-value is 1/200, half of `LEVEL`.
PERMUTATIONS = 199
# Predictions scored at once: bounds the memory.
BATCH = 40
# False positive rate: a script that knows nothing is above chance in one shuffle of a hundred at most.
LEVEL = 0.01
# Share of the gain over chance with the true answers below which a leak is too small to matter (a judgment).
MIN_SHARE = 0.2
# Scores as near as this are one and the same.
ROUNDING = 1e-9


def assess_canary(competition, solution, view):
    """
    Whether a solution knows the answers of `view` (a shuffled one) by another way than its training rows.

    Returns `score` under shuffled and `real` under true answers, the range of `chance` (its 1 % and 99 % quantiles),
    the p-value as `probability`, the `share` of the real gain over chance (None without one), and `aboveChance`.
    """
    problem, base = competition.problem, base_view(view)
    truth = competition.truth(base)
    predictions = bank.get_predictions(competition, solution, view)
    score = metrics.score(problem, truth, predictions)
    real = metrics.score(problem, truth, bank.get_predictions(competition, solution, base))
    chance = chance_scores(competition, view, truth, predictions)
    middle = float(np.median(chance)) if len(chance) else score
    # The same score in another order of its sum is no gain.
    reached = int((problem.sign * (chance - score) >= -ROUNDING * max(1.0, abs(score))).sum())
    probability = (1 + reached) / (1 + len(chance))
    gain, whole = problem.sign * (score - middle), problem.sign * (real - middle)
    share = float(gain / whole) if whole > 0 else None
    # Who does no better than one prediction for all gains nothing by what he knows.
    constant = constant_scores(competition, [base])["search"]
    gains = constant is None or problem.sign * (real - constant) > 0
    above = probability <= LEVEL and gain > 0 and gains and (share is None or share >= MIN_SHARE)
    low, high = np.quantile(chance, [LEVEL, 1 - LEVEL]) if len(chance) else (score, score)
    return {
        "score": float(score), "real": float(real), "chance": [float(low), float(high)],
        "probability": float(probability), "share": share, "aboveChance": bool(above),
        "bits": bits_to_carry(competition, truth, predictions),
    }


def bits_to_carry(competition, truth, predictions):
    """
    Bits that a script would have to hold to know the answers of single rows as well as these predictions do: the
    answers of the rows that it would have to know, and which rows they are, for it cannot tell which ones validate.
    """
    rows = competition.units.count + competition.count("final")
    gained, whole = 0.0, 0.0
    for column in range(truth.shape[1]):
        own = codes_of(truth[:, column])
        entropy = min(entropy_of(own), np.log2(rows))
        known = predictions[:, column] if predictions.shape[1] == truth.shape[1] else predictions.argmax(axis=1)
        whole += entropy
        gained += min(entropy, max(0.0, information(own, known)))
    return float(rows * gained * (1 + np.log2(rows) / max(whole, 1e-9))) if whole > 0 else 0.0


def codes_of(values):
    """Answers as codes, int (rows,)."""
    return np.unique(values, return_inverse=True)[1]


def entropy_of(codes):
    """Bits of one answer."""
    shares = np.bincount(codes) / len(codes)
    shares = shares[shares > 0]
    return float(-(shares * np.log2(shares)).sum())


def information(codes, known):
    """Bits that a prediction tells of an answer, by the correlation of their ranks (exact for two normal variables)."""
    if len(np.unique(codes)) < 2 or len(np.unique(known)) < 2:
        return 0.0
    rho = float(np.corrcoef(mid_ranks(codes), mid_ranks(known))[0, 1])
    return float(-0.5 * np.log2(max(1 - rho**2, 1e-9)))


def chance_scores(competition, view, truth, predictions):
    """Scores of the script's own predictions on permuted rows, float (up to 199,): what they are worth by chance."""
    rng = np.random.Generator(np.random.PCG64([competition.seed, 6, len(truth)]))
    scores = []
    while len(scores) < PERMUTATIONS:
        size = min(BATCH, PERMUTATIONS - len(scores))
        batch = [predictions[places] for places in (permute_rows(competition, view, rng) for _ in range(size))]
        scores.extend(bootstrap.quick_scores(competition.problem, truth, batch))
    scores = np.array(scores, dtype=float)
    return scores[np.isfinite(scores)]


def permute_rows(competition, view, rng):
    """A permutation, int (rows,): groups stay whole, and rows of a split by time are rotated, so neighbors stay so."""
    base = base_view(view)
    count, clusters = competition.count(base), competition.clusters(base)
    if clusters is not None:
        codes = np.unique(clusters, return_inverse=True)[1]
        # Places in the order of groups take their predictions from the groups in another order.
        others = rng.permutation(int(codes.max()) + 1)[codes]
        places = np.empty(count, dtype=int)
        places[np.argsort(codes, kind="stable")] = np.argsort(others, kind="stable")
        return places
    if competition.split["strategy"] == "time":
        least = max(1, count // 10)
        return np.roll(np.arange(count), int(rng.integers(least, max(least, count - least) + 1)))
    return rng.permutation(count)
