"""What trying many does to the best of them: several challengers of one incumbent, and the winner's luck."""

import numpy as np

from referee.statistics.pooling import comparison, interval_of, pooled_draws


def compare_all(case, incumbent, challengers):
    """
    Each challenger against the incumbent, on the views that both were run on. `familyProbability`: how often the
    max_statistic of them all would gain less, in its own standard errors, if none were better than the incumbent.
    """
    found, lucks = [], []
    for challenger in challengers:
        views = challenger["views"]
        base, base_draws = pooled_draws(case, incumbent, views)
        other, other_draws = pooled_draws(case, challenger["id"], views)
        gain = case.problem.sign * (other - base)
        gains = case.problem.sign * (other_draws - base_draws)
        found.append(comparison(gain, gains))
        lucks.append(luck_of(gains))
    max_statistic = most_of(lucks)
    return [
        {"id": challenger["id"], **each, "familyProbability": family_probability(each, max_statistic)}
        for challenger, each in zip(challengers, found)
    ]


def luck_of(gains):
    """Gains in standard errors with their mean taken away: what the draws would say of no gain at all."""
    known = gains[np.isfinite(gains)]
    spread = known.std(ddof=1) if len(known) > 1 else 0.0
    if not spread > 0:
        return np.full(len(gains), -np.inf)
    return np.where(np.isfinite(gains), (gains - known.mean()) / spread, -np.inf)


def most_of(lucks):
    """The max_statistic challenger of each draw."""
    count = min((len(luck) for luck in lucks), default=0)
    return np.max([luck[:count] for luck in lucks], axis=0) if count else np.zeros(0)


def family_probability(found, max_statistic):
    """Share of the draws in which the max_statistic without any gain stays below this gain."""
    if len(max_statistic) == 0 or found["gain"] <= 0:
        return 0.0
    if found["standardError"] == 0:
        return 1.0
    return float((max_statistic < found["gain"] / found["standardError"]).mean())


def correct(case, solutions, blends, views):
    """
    Scores without the luck of having been picked. In every draw the solutions are ranked anew; what stands at a
    place there is as much too lucky as what stands there in the data, and the data say by how much.
    """
    scores, draws = matrix(case, solutions, views)
    corrected = dict(zip(solutions, by_place(case.problem.sign, scores, draws)))
    lucks = {id: max(0.0, case.problem.sign * (score - corrected[id])) for id, score in zip(solutions, scores)}
    if blends:
        own, own_draws = matrix(case, [blend["id"] for blend in blends], views)
        for blend, value in zip(blends, by_place(case.problem.sign, own, own_draws)):
            total = sum(abs(weight) for weight in blend["weights"]) or 1.0
            # A blend of lucky members is as lucky as they are, each by its weight.
            luck = sum(abs(weight) * lucks.get(member, 0.0)
                       for member, weight in zip(blend["members"], blend["weights"])) / total
            corrected[blend["id"]] = value - case.problem.sign * luck
    return {
        "tries": len(solutions) + len(blends),
        "solutions": [{"id": id, "corrected": float(value)} for id, value in corrected.items()],
    }


def matrix(case, solutions, views):
    """Score of each solution, and its draws as rows."""
    found = [pooled_draws(case, solution, views) for solution in solutions]
    return np.array([score for score, _ in found]), np.array([draws for _, draws in found])


def by_place(sign, scores, draws):
    """The corrected scores: never better than seen, and never better than of one that ranks before."""
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


def choose(case, finalists, search_rows):
    """The finalist that search and sealed rows speak for, and its sealed score and interval without the luck of being chosen."""
    if not finalists:
        return {"order": [], "luck": 0.0, "finalists": [], "interval": None}
    sign, rows = case.problem.sign, case.count("sealed")
    search = sign * np.array([finalist["search"] for finalist in finalists])
    ids = [finalist["id"] for finalist in finalists]
    scores, draws = matrix(case, ids, ["sealed"])
    good, drawn = sign * scores, sign * draws

    def weigh(sealed):
        return (search[:, None] * search_rows + sealed * rows) / (search_rows + rows)

    worth = weigh(good[:, None])[:, 0]
    order = np.argsort(-worth, kind="stable")
    chosen = int(order[0])
    intervals = [interval_of(case, id, ["sealed"], float(score), each)
                 for id, score, each in zip(ids, scores, draws)]
    known = np.isfinite(drawn).all(axis=0)
    luck = 0.0
    if known.sum() > 1 and len(ids) > 1:
        picked = weigh(drawn[:, known]).argmax(axis=0)
        at = np.arange(int(known.sum()))
        reflected = 2 * good[picked] - drawn[:, known][picked, at]
        luck = max(0.0, float(good[chosen] - reflected.mean()))
    return {
        "order": [ids[i] for i in order],
        "luck": luck,
        "finalists": [{"id": id, "score": float(score), "interval": each}
                      for id, score, each in zip(ids, scores, intervals)],
        "interval": shifted(intervals[chosen], float(scores[chosen]), sign * luck),
    }


def shifted(limits, score, luck):
    """The chosen one's interval, moved by its luck; it still holds the score that was seen."""
    low, high = limits[0] - luck, limits[1] - luck
    return [min(low, score), max(high, score)]
