"""Several predictions for the same rows made one: mean, rank mean or vote, by what is predicted."""

import numpy as np

from referee.problem import LOGARITHMIC, as_number
from referee.statistics.ranks import mid_ranks


def combine(problem, members, weights, by_rank=False):
    """
    The weighted combination of members, (rows, columns), as a valid prediction of the same kind.

    `members`: predictions (rows, columns) each; `weights`: one each, 0 or more, of any sum. Rankings are merged by
    reciprocal rank, labels by weighted vote, numbers by weighted mean, or mean of ranks with `by_rank`.
    """
    weights = np.asarray(weights, dtype=float)
    weights = weights / weights.sum()
    if problem.kind == "ranking":
        return merge_rankings(members, weights, problem.k)
    if problem.kind == "label":
        return vote(members, weights)
    if problem.kind == "free":
        numeric = [as_numbers(member) for member in members]
        if any(values is None for values in numeric):
            return vote(members, weights)
        return np.array(mean(numeric, weights, by_rank), dtype=str)
    return clip_to_range(problem, mean(members, weights, by_rank))


def as_numbers(cells):
    """Text cells as numbers, or None when one of them is none."""
    values = [as_number(text) for text in cells.ravel()]
    return None if any(v is None for v in values) else np.array(values).reshape(cells.shape)


def mean(members, weights, by_rank):
    """Weighted mean, float (rows, columns), or the mean of ranks put back on the scale of the members."""
    if not by_rank:
        return sum(weight * member for weight, member in zip(weights, members))
    columns = []
    for j in range(members[0].shape[1]):
        ranks = sum(w * mid_ranks(member[:, j]) for w, member in zip(weights, members))
        scale = sum(w * np.sort(member[:, j]) for w, member in zip(weights, members))
        places = mid_ranks(ranks) - 1
        columns.append(np.interp(places, np.arange(len(scale)), scale))
    return np.column_stack(columns)


def clip_to_range(problem, values):
    """Numbers (rows, columns) made valid for the metric: clipped, normalized to sum to 1, or rounded."""
    if problem.kind == "probability":
        return np.clip(values, 0.0, 1.0)
    if problem.kind == "distribution":
        values = np.clip(values, 0.0, 1.0)
        total = values.sum(axis=1, keepdims=True)
        return np.where(total > 0, values / np.where(total > 0, total, 1), 1 / values.shape[1])
    if problem.kind == "integer":
        return np.clip(np.floor(values + 0.5), problem.low, problem.high)
    if problem.metric in LOGARITHMIC:
        return np.maximum(values, 0.0)
    return values


def vote(members, weights):
    """The value with most weight in each cell; a tie goes to the member that stands first."""
    stacked = np.stack(members)
    votes = np.stack([
        np.tensordot(weights, (stacked == member).astype(float), axes=1) for member in members
    ])
    first = (votes >= votes.max(axis=0) - 1e-9).argmax(axis=0)
    return np.take_along_axis(stacked, first[None], axis=0)[0]


def merge_rankings(members, weights, k):
    """The `k` best items of each row by weighted sum of 1 / rank, text (rows, 1); ties in the order of the members."""
    merged = []
    for cells in zip(*(member[:, 0] for member in members)):
        item_scores = {}
        for weight, cell in zip(weights, cells):
            for place, item in enumerate(dict.fromkeys(cell.split()), start=1):
                item_scores[item] = item_scores.get(item, 0.0) + weight / place
        merged.append(" ".join(sorted(item_scores, key=item_scores.get, reverse=True)[:k]))
    return np.array(merged, dtype=str)[:, None]
