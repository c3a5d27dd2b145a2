"""
Ensembles from banked predictions: mean, rank mean, hill climbing (Caruana et al. 2004, "Ensemble selection from
libraries of models") and stacking. What is fitted is scored out of fold.
"""

import os

import numpy as np

from referee.blending import bank, stack
from referee.blending.combine import combine
from referee.blending.recipe import apply_recipe, used_members, write_submission
from referee.errors import Invalid
from referee.statistics import pooled_scores
from referee.statistics.bootstrap import quick_scores

# Convention.
INNER_FOLDS = 5
# Steps of hill climbing: weights are multiples of 1/26 at the finest.
MAX_STEPS = 25
# Members that hill climbing tries: more than the 16 best of a run only fit noise.
MAX_MEMBERS = 16
# Steps without a gain before hill climbing stops: one vote more for a label changes little by itself.
PATIENCE = 3
# Members that a climb keeps: the final run has to repeat every one of them.
MAX_USED = 4
# Votes that each chosen member gets on top: weights found on few rows are noisy, equal ones are not.
EQUAL_VOTES = 1


class MemberPredictions:
    """
    Banked predictions of the members over all rows of the views, one below the other: `members`, a list of (rows,
    columns); `truth` (rows, targets); `view_of` and `units`, int (rows,).
    """

    def __init__(self, competition, members, views):
        self.competition, self.problem, self.views = competition, competition.problem, views
        banked = [[bank.get_predictions(competition, member, view) for view in views] for member in members]
        self.members = [join(parts) for parts in banked]
        self.truth = join([competition.truth(view) for view in views])
        self.view_of = np.repeat(np.arange(len(views)), [competition.count(view) for view in views])
        self.units = self._units()

    def _units(self):
        """What may not be divided between inner folds: rows, or groups where the split keeps groups."""
        if any(self.competition.clusters(view) is None for view in self.views):
            return np.arange(len(self.truth))
        return np.unique(np.concatenate([self.competition.clusters(v) for v in self.views]),
                         return_inverse=True)[1]

    def inner_folds(self):
        """A fold for each row, by unit."""
        rng = np.random.Generator(np.random.PCG64([self.competition.seed, 4]))
        count = int(self.units.max()) + 1
        return (rng.permutation(count) % min(INNER_FOLDS, count))[self.units]

    def scores(self, batch, rows):
        """Score of each prediction of a batch on some rows, float (batch,), pooled over views; higher is better."""
        total, result = 0, np.zeros(len(batch))
        for view in np.unique(self.view_of[rows]):
            part = rows[self.view_of[rows] == view]
            values = quick_scores(self.problem, self.truth[part], [each[part] for each in batch])
            if np.isfinite(values).all():
                result += values * len(part)
                total += len(part)
        return self.problem.sign * result / max(total, 1)


def join(parts):
    """Arrays on top of each other; texts keep their full length."""
    return np.concatenate(parts, axis=0)


def fit_blend(competition, name, method, members, views):
    """
    Fits an ensemble, banks its out-of-fold predictions under `name`, and keeps the recipe for other views.

    `method`: `mean`, `rank-mean`, `hill-climb` or `stack` (hill climbing where there is no meta-model). Returns id,
    method, members, the weight of each, the files in the bank, score and interval. Raises `Invalid` without members or predictions.
    """
    if not members:
        raise Invalid("a blend needs members")
    rows = MemberPredictions(competition, members, views)
    recipe = {"method": method, "members": members, "views": views}
    if method in ("mean", "rank-mean"):
        weights = [1 / len(members)] * len(members)
        parts = [combine_view(rows, v, weights, method == "rank-mean") for v in range(len(views))]
        out_of_fold = join(parts)
        recipe["models"] = None
    else:
        out_of_fold, recipe["models"], weights = fit_nested(rows, method)
    recipe["weights"] = weights
    banked = [bank.put_predictions(competition, name, view, out_of_fold[rows.view_of == number])
              for number, view in enumerate(views)]
    banked.append(bank.put_recipe(competition, name, recipe))
    pooled = pooled_scores.pooled_score(competition, name, views)
    return {"id": name, "method": method, "members": members, "weights": weights, "banked": banked, **pooled}


def combine_view(rows, number, weights, by_rank):
    """The combination within one view: ranks of different views are not mixed."""
    part = rows.view_of == number
    return combine(rows.problem, [member[part] for member in rows.members], weights, by_rank)


def fit_nested(rows, method):
    """Out-of-fold predictions (rows, columns), the models fitted on all rows or None, and each member's weight."""
    stacked = method == "stack" and stack.can_stack(rows.problem)
    fit = fit_stack if stacked else hill_climb
    folds = rows.inner_folds()
    parts, places = [], []
    for fold in range(int(folds.max()) + 1):
        inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        if len(inside) == 0 or len(outside) == 0:
            inside = np.arange(len(folds))
        parts.append(apply(rows.problem, fit(rows, inside), [m[outside] for m in rows.members]))
        places.append(outside)
    joined = join(parts)
    out_of_fold = joined[np.argsort(np.concatenate(places), kind="stable")]
    final = fit(rows, np.arange(len(folds)))
    if stacked:
        return out_of_fold, final["models"], stack.member_weights(rows.problem, final["models"],
                                                            len(rows.members))
    return out_of_fold, None, final["weights"]


def fit_stack(rows, inside):
    """The meta-model on some of the rows. What drifts in time goes on drifting: an offset would carry a past level on."""
    members = [member[inside] for member in rows.members]
    keeps_level = rows.competition.split["strategy"] == "time"
    return {"models": stack.fit(rows.problem, members, rows.truth[inside], keeps_level)}


def apply(problem, fitted, members):
    """Predictions of a fitted ensemble."""
    if "models" in fitted:
        return stack.predict(problem, fitted["models"], members)
    used = [i for i, weight in enumerate(fitted["weights"]) if weight > 0]
    return combine(problem, [members[i] for i in used], [fitted["weights"][i] for i in used])


def hill_climb(rows, inside):
    """
    Ensemble selection with replacement (Caruana et al. 2004): starts at the best member and adds the one that helps
    most. More than `MAX_USED` members are climbed anew among the best of them; the weights shrink towards equal ones.
    `inside`: int, rows to fit on.
    """
    singles = rows.scores(rows.members, inside)
    ranked = sorted(range(len(rows.members)), key=lambda i: -singles[i])[:MAX_MEMBERS]
    votes = climb(rows, inside, ranked, singles)
    used = [i for i in sorted(ranked, key=lambda i: -votes[i]) if votes[i] > 0]
    if len(used) > MAX_USED:
        votes = climb(rows, inside, sorted(used[:MAX_USED], key=ranked.index), singles)
    votes = votes + EQUAL_VOTES * (votes > 0)
    return {"weights": (votes / votes.sum()).tolist()}


def climb(rows, inside, ranked, singles):
    """Votes for each member, float (members,), the best that were seen. `ranked`: who takes part, best first."""
    votes = np.zeros(len(rows.members))
    votes[ranked[0]] = 1
    best, best_votes, idle = singles[ranked[0]], votes.copy(), 0
    for _ in range(MAX_STEPS):
        scores = rows.scores([add_vote(rows, votes, i, inside) for i in ranked], inside)
        # Of equals the one with the fewest votes: a vote for what has them all changes nothing.
        chosen = max(range(len(ranked)), key=lambda at: (scores[at], -votes[ranked[at]]))
        votes[ranked[chosen]] += 1
        idle = 0 if scores[chosen] > best else idle + 1
        if idle == 0:
            best, best_votes = scores[chosen], votes.copy()
        elif idle == PATIENCE:
            break
    return best_votes


def add_vote(rows, votes, candidate, inside):
    """Predictions with one more vote for a member, laid into an array over all rows."""
    tried = votes.copy()
    tried[candidate] += 1
    used = np.flatnonzero(tried)
    part = combine(rows.problem, [rows.members[i][inside] for i in used], tried[used])
    whole = np.zeros((len(rows.truth), part.shape[1]), dtype=part.dtype)
    whole[inside] = part
    return whole


def apply_blend(competition, name, view):
    """Writes the blend's submission for a view from its members' banked predictions; returns the path."""
    predictions = blended_predictions(competition, name, view)
    path = os.path.join(competition.folder, "blends", os.path.basename(bank.folder_of(competition, name)),
                        f"{view}.csv")
    header, ids = competition.frozen["sampleHeader"], competition.ids(view)
    write_submission(path, competition.problem, header, ids, predictions)
    return path


def blended_predictions(competition, name, view):
    """What a blend makes of its members' banked predictions for a view, (rows, columns)."""
    recipe = bank.get_recipe(competition, name)
    used = {i: bank.get_predictions(competition, recipe["members"][i], view) for i in used_members(recipe["weights"])}
    return apply_recipe(competition.problem, recipe, used)
