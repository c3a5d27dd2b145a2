"""Which training rows a capped view keeps, and which it has where the cap is lifted."""

import numpy as np

from referee.splitting import strategies
from referee.splitting.label_store import HALVED, TRIAL, row_arrays, whole_name


def cap_views(given, views, strategy, subsample, seed):
    """
    The views with at most `subsample` training rows each in the search, and validation rows that have an answer. The
    sealed view keeps all of them: it stands for the final one.
    """
    strata, _ = strategies.strata_of(given.problem, given.truth, given.known)
    capped = {}
    for number, view in enumerate(sorted(views)):
        draw = np.random.Generator(np.random.PCG64([seed, 2, number]))
        train, valid = views[view]
        cap = None if view == "sealed" else subsample
        train = cap_rows(train, cap, strategy, strata, given.times, given.groups, draw)
        capped[view] = train, valid[given.known[valid]]
    return {view: capped[view] for view in views}


def halve(given, fold, strategy, seed):
    """
    The rows of the first fold with every second training row, as a cap would leave them, in the order they had: what
    the other half is worth is a learning curve. `fold`: (train rows, validation rows).
    """
    train, valid = fold
    strata, _ = strategies.strata_of(given.problem, given.truth, given.known)
    draw = np.random.Generator(np.random.PCG64([seed, 10]))
    kept = cap_rows(train, max(1, len(train) // 2), strategy, strata, given.times, given.groups, draw)
    return train[np.isin(train, kept)], valid


def whole_arrays(given, uncapped, capped, strategy, seed, is_shuffled):
    """
    All training rows of the search views, for a search whose cap is lifted, and the trial by which that is decided; none
    where no view is capped. `uncapped`, `capped`: view -> (train rows, validation rows).
    """
    folds = [view for view in sorted(capped) if view != "sealed"]
    if all(len(uncapped[view][0]) == len(capped[view][0]) for view in folds):
        return {}
    arrays = row_arrays({TRIAL: capped["fold-0"]})
    for number, view in enumerate(folds):
        train = uncapped[view][0]
        if is_shuffled:
            train = np.random.Generator(np.random.PCG64([seed, 11, number])).permutation(train)
        arrays[whole_name(view)] = train
    whole = arrays[whole_name("fold-0")], capped["fold-0"][1]
    arrays[whole_name(HALVED)] = halve(given, whole, strategy, seed)[0]
    return arrays


def cap_rows(rows, cap, strategy, strata, times, groups, rng):
    """
    At most `cap` training rows: whole groups, or the same share of every stratum; where the split is by time, of every
    stretch of it, since what returns each year is not in the latest rows.
    """
    if cap is None or len(rows) <= cap:
        return rows
    if strategy == "time":
        moments = np.where(np.isfinite(times[rows]), times[rows], -np.inf)
        order = np.argsort(moments, kind="stable")
        # Evenly over the rows in their order, the last one among them.
        places = np.floor((np.arange(cap) + 1) * len(rows) / cap).astype(int) - 1
        return np.sort(rows[order[places]])
    if strategy == "group":
        order = rng.permutation(np.unique(groups[rows]))
        sizes = np.bincount(groups[rows])[order]
        taken = order[: max(1, int((np.cumsum(sizes) <= cap).sum()))]
        return rows[np.isin(groups[rows], taken)]
    return stratified_rows(rows, cap, strata[rows], rng)


def stratified_rows(rows, cap, strata, rng):
    """`cap` rows with the shares of the strata, at least one of each."""
    counts = np.bincount(strata)
    quota = np.where(counts > 0, np.maximum(1, np.floor(counts * cap / len(rows))), 0).astype(int)
    order = np.lexsort((rng.random(len(rows)), strata))
    starts = np.cumsum(counts) - counts
    place = np.arange(len(rows)) - starts[strata[order]]
    first = order[place < quota[strata[order]]]
    spare = np.setdiff1d(order, first)
    missing = max(0, cap - len(first))
    return np.sort(rows[np.concatenate([first, rng.permutation(spare)[:missing]])])
