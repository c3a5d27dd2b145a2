"""Which training rows a capped view keeps."""

import numpy as np


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
