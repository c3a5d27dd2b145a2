"""Which training rows validate: a sealed holdout first, then search folds from the rest, by one of four strategies."""

import numpy as np
import pandas as pd

from referee.problem import as_number
from referee.splitting.times import is_later

# Beyond these many rows a score hardly gets more precise, but every attempt costs more.
MAX_SEALED_ROWS = 10_000
MAX_FOLD_ROWS = 20_000
# Validation rows that a search score is to be read from: so many tell gains of a hundredth of a standard deviation.
SEARCH_ROWS = 10_000
# Convention: five folds.
FOLDS = 5
# Fewer labeled rows leave no fold a score can be read from.
MIN_ROWS = 20
# Strata of a number are its quantiles: twenty of them.
QUANTILES = 20
# Multiples of the golden ratio modulo 1 fill the unit interval evenly (a low-discrepancy sequence, Weyl).
GOLDEN_RATIO = (5**0.5 - 1) / 2

FROM_TASK = "task.yaml asks for it"


def search_folds(valid_counts):
    """
    How many of the folds score every solution: as many as reach `SEARCH_ROWS` validation rows, all where they do not.
    `valid_counts`: validation rows of each fold, in order.
    """
    reached = np.cumsum(valid_counts) >= SEARCH_ROWS
    return int(reached.argmax()) + 1 if reached.any() else len(valid_counts)


def sealed_share(count):
    """Share of the sealed holdout: a fifth of small data, 15 % of larger, at most `MAX_SEALED_ROWS`."""
    return min(MAX_SEALED_ROWS / count, 0.2 if count < 1_000 else 0.15)


def strata_of(problem, truth, known):
    """
    A stratum for each row, whose shares every part should keep, and what it stands for.

    `truth`: (n, targets), `known`: bool (n,). Returns int (n,) and a text for people.
    """
    if problem.kind in ("number", "integer") or (
        problem.kind == "free" and problem.type in ("regression", "multi-target")
    ):
        values = truth[:, 0]
        if problem.kind == "free":
            values = np.array([as_number(text) or 0.0 for text in values])
        if len(np.unique(values[known])) > QUANTILES:
            ranks = pd.Series(values).rank(method="first").to_numpy()
            strata = np.minimum((ranks - 1) * QUANTILES // len(values), QUANTILES - 1)
            return strata.astype(int), "target quantiles"
        return np.unique(values, return_inverse=True)[1], "target values"
    if problem.kind in ("probability", "score", "label") and truth.shape[1] > 1:
        return rarest_label(truth), "the rarest label of each row"
    codes = np.unique(truth[:, 0], return_inverse=True)[1]
    return codes, "the classes"


def rarest_label(truth):
    """Stratum of multilabel rows, int (n,): the rarest positive label, which a part could lose; 0 for none."""
    positive = truth > 0
    order = np.argsort(positive.sum(axis=0), kind="stable")
    sorted_positive = positive[:, order]
    return np.where(sorted_positive.any(axis=1), sorted_positive.argmax(axis=1) + 1, 0)


def assign_folds(strata, shares, rng):
    """
    A part for each row, by share within every stratum: int (n,), 0 the sealed holdout, i + 1 fold i, -1 train only.

    `strata`: int (n,); `shares`: of sealed holdout and folds, summing to at most 1.
    """
    count = len(strata)
    order = np.lexsort((rng.random(count), strata))
    # The golden-ratio sequence spreads any run of neighbors over the parts in proportion.
    places = (np.arange(1, count + 1) * GOLDEN_RATIO + rng.random()) % 1.0
    parts = np.empty(count, dtype=int)
    parts[order] = np.searchsorted(np.cumsum(shares), places, side="right")
    parts[parts >= len(shares)] = -1
    return keep_classes_trainable(strata, parts)


def keep_classes_trainable(strata, parts):
    """No stratum may be absent from the training rows of any part: else one of its rows only trains."""
    for stratum in np.flatnonzero(np.bincount(strata) <= 2 * FOLDS):
        rows = np.flatnonzero(strata == stratum)
        inside = set(parts[rows][parts[rows] != 0])
        if len(rows) and -1 not in inside and len(inside) < 2:
            open_rows = rows[parts[rows] > 0]
            parts[open_rows[0] if len(open_rows) else rows[0]] = -1
    return parts


def assign_groups(groups, strata, shares, rng):
    """
    Whole groups to parts, large ones first, each where its strata are lacking most (as `StratifiedGroupKFold` of
    scikit-learn does, with parts of unequal size). Arguments and result as in `assign_folds`; `groups`: int (n,).
    """
    if strata.max() >= QUANTILES:
        strata = np.zeros_like(strata)
    units = int(groups.max()) + 1
    table = np.zeros((units, int(strata.max()) + 1))
    np.add.at(table, (groups, strata), 1)
    rest = max(0.0, 1 - sum(shares))
    wanted = np.outer(np.array([*shares, rest] if rest > 1e-9 else shares), table.sum(axis=0))
    weight = 1 / np.maximum(table.sum(axis=0), 1)
    filled = np.zeros_like(wanted)
    chosen = np.empty(units, dtype=int)
    for unit in np.lexsort((rng.random(units), -table.sum(axis=1))):
        rise = ((2 * (filled - wanted) + table[unit]) * table[unit] * weight).sum(axis=1)
        best = int(rise.argmin())
        chosen[unit] = best
        filled[best] += table[unit]
    chosen[chosen >= len(shares)] = -1
    return chosen[groups]


def cut(times, rows, wanted):
    """Earlier and later rows, about `wanted` later, rows of one time on one side; None when there is one time only."""
    values, counts = np.unique(times[rows], return_counts=True)
    later = np.cumsum(counts[::-1])[::-1]
    if len(values) < 2:
        return None
    place = 1 + int(np.abs(later[1:] - wanted).argmin())
    return rows[times[rows] < values[place]], rows[times[rows] >= values[place]]


def split_by_time(times, test_times, folds):
    """
    Sealed rows are the latest; each fold trains on what lies before its own window (as `TimeSeriesSplit`, newest
    fold first). `times` and `test_times`: float, NaN for unknown. Returns view -> (train rows, validation rows);
    None when all times are equal.
    """
    moments = np.where(np.isfinite(times), times, -np.inf)
    count = len(moments)
    finite = np.isfinite(times)
    tested = test_times[np.isfinite(test_times)]
    # As many rows as the last stretch of training that is as long as the test period.
    step = np.median(np.diff(np.unique(moments[finite]))) if finite.sum() > 1 else 0
    horizon = tested.max() - tested.min() + step
    like_test = int((moments > moments[finite].max() - horizon).sum())

    def size(pool, cap):
        return int(min(cap, np.clip(like_test, min(500, 0.2 * pool), 0.2 * pool)))

    sealed = cut(moments, np.arange(count), size(count, MAX_SEALED_ROWS))
    if sealed is None:
        return None
    pool, sealed_rows = sealed
    views, rest = {}, pool
    wanted = size(len(pool), MAX_FOLD_ROWS)
    for i in range(folds):
        parts = cut(moments, rest, wanted)
        if parts is None or (i > 0 and len(parts[0]) < 0.4 * len(pool)) or len(parts[0]) < 2:
            break
        views[f"fold-{i}"] = (parts[0], parts[1])
        rest = parts[0]
    views["sealed"] = (pool, sealed_rows)
    return views


def views_of(parts, folds):
    """
    View -> (train rows, validation rows), from the part of each row (see `assign_folds`); empty parts give no view.
    A fold trains on everything but itself and the sealed rows.
    """
    pool = np.flatnonzero(parts != 0)
    views = {}
    for i in range(FOLDS):
        rows = np.flatnonzero(parts == i + 1)
        if len(rows) and len(views) < folds:
            views[f"fold-{len(views)}"] = (np.setdiff1d(pool, rows, assume_unique=True), rows)
    views["sealed"] = (pool, np.flatnonzero(parts == 0))
    return views


def part_shares(count):
    """Share of the sealed holdout and of each of the five folds."""
    sealed = sealed_share(count)
    fold = min(MAX_FOLD_ROWS / count, (1 - sealed) / FOLDS)
    return [sealed] + [fold] * FOLDS


def choose_strategy(problem, truth, known, groups, times, test_times, folds, rng, copies=None, wanted=None):
    """
    Strategy, reason and views: time before group before strata, unless the task wants another.

    `truth`: (n, targets); `known`: bool (n,); `groups`: int (n,) or None; `times`, `test_times`: float or None;
    `copies`: int (n,), for each row the first that is the same, or None; `wanted`: what task.yaml asks for, or None.
    """
    later = is_later(times, test_times) or (wanted == "time" and times is not None)
    if later and wanted in (None, "time"):
        views = split_by_time(times, test_times, folds)
        if views is not None and "fold-0" in views and is_scorable(problem, truth, views):
            why = "the test rows lie after the training rows by the time column"
            return "time", FROM_TASK if wanted else why, views
    count = len(truth)
    strata, of_what = strata_of(problem, truth, known)
    # Rows without an answer only ever train.
    shares = part_shares(count)
    doubt = ""
    if groups is not None and wanted in (None, "group"):
        units = len(np.unique(groups[known]))
        if units >= 3:
            parts = assign_groups(groups, strata, shares, rng)
            views = views_of(np.where(known, parts, -1), folds)
            if "fold-0" in views and len(views["sealed"][1]) and is_scorable(problem, truth, views):
                return "group", f"no group stands on both sides ({units} groups)", views
        doubt = f"; the {units} groups are too few or too uneven to split by"
    enough = len(np.unique(strata)) <= count / 2 and wanted != "random"
    parts = assign_folds(strata if enough else np.zeros(count, dtype=int), shares, rng)
    if copies is not None:
        parts = parts[copies]
    views = views_of(np.where(known, parts, -1), folds)
    if enough and len(np.unique(strata)) > 1:
        return "stratified", f"every part keeps the shares of {of_what}{doubt}", views
    why = FROM_TASK if wanted == "random" else "rows are exchangeable as far as the columns tell"
    return "random", f"{why}{doubt}", views


def is_scorable(problem, truth, views):
    """Whether a ranking metric has a value in every part: both classes must be there."""
    if problem.kind not in ("score", "class-score"):
        return True
    return all(len(np.unique(truth[valid, 0])) > 1 for _, valid in views.values())
