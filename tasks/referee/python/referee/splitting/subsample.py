"""Which training rows a capped view keeps."""

import numpy as np


def cap_rows(rows, cap, strategy, strata, times, groups, rng):
    """At most `cap` training rows: the latest, whole groups, or the same share of every stratum."""
    if cap is None or len(rows) <= cap:
        return rows
    if strategy == "time":
        moments = np.where(np.isfinite(times[rows]), times[rows], -np.inf)
        return np.sort(rows[np.argsort(moments, kind="stable")[-cap:]])
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
