"""
What trying many does to the best of them: tests of several challengers at once, and scores without selection bias.
"""

import numpy as np

from referee.statistics.pooled_scores import comparison, pooled_draws, pooled_gain


def compare_all(competition, incumbent, challengers):
    """
    Each challenger against the incumbent, on the views that both were run on, by the studentized max statistic: the
    first step of Romano & Wolf 2005 ("Stepwise multiple testing as formalized data snooping"), which studentizes the
    reality check of White 2000. Challengers that are clearly worse leave the family (Hansen 2005, "A test for superior
    predictive ability"): variants that were built to be worse make no gain less sure.

    `challengers`: dicts of `id` and `views`. Returns for each its comparison (see `pooled_scores.compare`) and
    `familyProbability`: the share of draws in which the best of them all would gain less, in standard errors, if none
    were better than the incumbent (1 - the p-value that controls the familywise error).
    """
    found, null_statistics = [], []
    for challenger in challengers:
        gain, gains = pooled_gain(competition, incumbent, challenger["id"], challenger["views"])
        found.append(comparison(gain, gains))
        rows = sum(competition.count(view.partition("@")[0]) for view in challenger["views"])
        null_statistics.append(studentize(gains, rows))
    maxima = max_statistics(null_statistics)
    return [
        {"id": challenger["id"], **each, "familyProbability": family_probability(each, maxima)}
        for challenger, each in zip(challengers, found)
    ]


def studentize(gains, rows):
    """
    Gains of the draws in standard errors, float (draws,), as they would be under no gain at all: around their mean. One
    that is more than sqrt(2 log log rows) standard errors worse stays as far below as it is (Hansen 2005, section 3).
    """
    known = gains[np.isfinite(gains)]
    spread = known.std(ddof=1) if len(known) > 1 else 0.0
    if not spread > 0:
        return np.full(len(gains), -np.inf)
    center = known.mean()
    if center / spread <= -np.sqrt(2 * np.log(np.log(max(rows, 3)))):
        center = 0.0
    return np.where(np.isfinite(gains), (gains - center) / spread, -np.inf)


def max_statistics(statistics):
    """The largest statistic of each draw, float (draws,). `statistics`: one array (draws,) a challenger."""
    count = min((len(each) for each in statistics), default=0)
    return np.max([each[:count] for each in statistics], axis=0) if count else np.zeros(0)


def family_probability(found, maxima):
    """Share of the draws whose max statistic stays below this gain in standard errors; 0 for a loss."""
    if len(maxima) == 0 or found["gain"] <= 0:
        return 0.0
    if found["standardError"] == 0:
        return 1.0
    return float((maxima < found["gain"] / found["standardError"]).mean())


def correct(competition, solutions, blends, views):
    """
    Scores of solutions and of blends of them without selection bias (see `debias`).

    `blends`: dicts of `id`, `members` and `weights`; a blend also has the bias of its members, each by its weight.
    Returns `tries`, how many were scored, and the `corrected` score of each id.
    """
    sign = competition.problem.sign
    scores, draws = scores_and_draws(competition, solutions, views)
    corrected = dict(zip(solutions, debias(sign, scores, draws)))
    biases = {id: max(0.0, sign * (score - corrected[id])) for id, score in zip(solutions, scores)}
    if blends:
        own, own_draws = scores_and_draws(competition, [blend["id"] for blend in blends], views)
        for blend, value in zip(blends, debias(sign, own, own_draws)):
            total = sum(abs(weight) for weight in blend["weights"]) or 1.0
            bias = sum(abs(weight) * biases.get(member, 0.0)
                       for member, weight in zip(blend["members"], blend["weights"])) / total
            corrected[blend["id"]] = value - sign * bias
    return {
        "tries": len(solutions) + len(blends),
        "solutions": [{"id": id, "corrected": float(value)} for id, value in corrected.items()],
    }


def scores_and_draws(competition, solutions, views):
    """Score of each solution, float (solutions,), and its draws, float (solutions, draws)."""
    found = [pooled_draws(competition, solution, views) for solution in solutions]
    return np.array([score for score, _ in found]), np.array([draws for _, draws in found])


def debias(sign, scores, draws):
    """
    Scores without selection bias, float (solutions,), by a bootstrap for each rank (after Simon & Simon 2013, "On
    estimating many means, selection bias, and the bootstrap"): in every draw the solutions are ranked anew, and what
    the one at a rank has gained there over its score in the data is, on average, the bias of that rank in the data.

    `sign`: 1 when higher is better, else -1; `scores`: float (solutions,); `draws`: float (solutions, draws). A
    corrected score is never better than the score, and never better than that of a solution ranked before.
    """
    known = np.isfinite(draws).all(axis=0)
    if len(scores) < 2 or known.sum() < 2:
        return scores
    good, drawn = sign * scores, sign * draws[:, known]
    order = np.argsort(-good, kind="stable")
    ranked = np.argsort(-drawn[order], axis=0, kind="stable")
    # What a draw adds to the data, the data have on top of the truth: taken away once more.
    reflected = (2 * good[:, None] - drawn)[order]
    expected = np.take_along_axis(reflected, ranked, axis=0).mean(axis=1)
    corrected = np.empty(len(good))
    corrected[order] = np.minimum.accumulate(np.minimum(expected, good[order]))
    return sign * corrected
