"""Which solutions a blend is made of: the best that do not err alike."""

import numpy as np

from referee.blending import bank
from referee.problem import LOGARITHMIC
from referee.statistics.ranks import mid_ranks

# Two whose errors are more alike than this add nothing to each other.
SAME = 0.995
# Two of one family more alike than this are near-copies,
NEAR = 0.97
# and no more than this many of them are taken.
MAX_COPIES = 2


def choose_pool(competition, candidates, views, most):
    """
    Ids of at most `most` solutions, in the order given, best first: none whose errors are those of one before it, and
    at most two near-copies of one parent.

    `candidates`: dicts of `id` and `parent` (an id or None), banked for all `views`.
    """
    kept = []
    for candidate in candidates:
        if len(kept) == most:
            break
        errors = residuals(competition, candidate["id"], views)
        alike = [similarity(errors, other) for _, other in kept]
        if any(each >= SAME for each in alike):
            continue
        copies = sum(each >= NEAR and is_kin(candidate, other) for each, (other, _) in zip(alike, kept))
        if copies < MAX_COPIES:
            kept.append((candidate, errors))
    return [candidate["id"] for candidate, _ in kept]


def is_kin(one, other):
    """Whether one comes from the other, or both from the same."""
    siblings = one["parent"] is not None and one["parent"] == other["parent"]
    return siblings or one["parent"] == other["id"] or other["parent"] == one["id"]


def residuals(competition, solution, views):
    """What a solution errs by in each row: float (rows x columns,), or its answers where they are labels or texts."""
    truth = np.concatenate([competition.truth(view) for view in views])
    found = np.concatenate([bank.get_predictions(competition, solution, view) for view in views])
    problem = competition.problem
    if problem.kind in ("distribution", "class-score"):
        truth = truth == np.arange(found.shape[1])
    if problem.kind in ("score", "class-score"):
        # Only their order counts.
        found = np.column_stack([mid_ranks(column) / len(found) for column in found.T])
    if problem.kind in ("label", "free", "ranking"):
        return found.ravel()
    if problem.metric in LOGARITHMIC:
        truth, found = np.log1p(truth), np.log1p(found)
    return (truth - found).astype(float).ravel()


def similarity(one, other):
    """Correlation of two residuals, or the share of equal answers where they are labels or texts; 1 for equal ones."""
    if one.dtype.kind not in "f":
        return float((one == other).mean())
    if np.array_equal(one, other):
        return 1.0
    if one.std() == 0 or other.std() == 0:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])
