"""Which training rows judge: a sealed holdout first, then search folds from the rest."""

import numpy as np
import pandas as pd

from referee.problem import as_number

SEALED_CAP = 10_000
FOLD_CAP = 20_000
FOLDS = 5
MIN_ROWS = 20
GOLDEN = (5**0.5 - 1) / 2


def search_folds(count):
    """How many folds judge every solution: the smaller the data, the noisier one fold."""
    return 5 if count < 1_000 else 3 if count < 2_500 else 1


def sealed_share(count):
    """A fifth of small data, 15 % of larger, at most 10,000 rows."""
    return min(SEALED_CAP / count, 0.2 if count < 1_000 else 0.15)


def strata_of(problem, truth, known):
    """A small code for each row whose shares every part should keep, and what it stands for."""
    if problem.kind in ("number", "integer") or (
        problem.kind == "free" and problem.type in ("regression", "multi-target")
    ):
        values = truth[:, 0]
        if problem.kind == "free":
            values = np.array([as_number(text) or 0.0 for text in values])
        if len(np.unique(values[known])) > 20:
            ranks = pd.Series(values).rank(method="first").to_numpy()
            return np.minimum((ranks - 1) * 20 // len(values), 19).astype(int), "target quantiles"
        return np.unique(values, return_inverse=True)[1], "target values"
    if problem.kind in ("probability", "score", "label") and truth.shape[1] > 1:
        return rarest_label(truth), "the rarest label of each row"
    codes = np.unique(truth[:, 0], return_inverse=True)[1]
    return codes, "the classes"


def rarest_label(truth):
    """Multilabel rows stand for their rarest positive label, which is the one a part could lose."""
    positive = truth > 0
    order = np.argsort(positive.sum(axis=0), kind="stable")
    sorted_positive = positive[:, order]
    return np.where(sorted_positive.any(axis=1), sorted_positive.argmax(axis=1) + 1, 0)


def assign_folds(strata, shares, rng):
    """A bucket for each row, by share within every stratum; -1 for rows that only ever train."""
    count = len(strata)
    order = np.lexsort((rng.random(count), strata))
    # The golden-ratio sequence spreads any run of neighbours over the buckets in proportion.
    places = (np.arange(1, count + 1) * GOLDEN + rng.random()) % 1.0
    buckets = np.empty(count, dtype=int)
    buckets[order] = np.searchsorted(np.cumsum(shares), places, side="right")
    buckets[buckets >= len(shares)] = -1
    return keep_classes_trainable(strata, buckets)


def keep_classes_trainable(strata, buckets):
    """No stratum may be absent from the training rows of any part: else one of its rows only trains."""
    for stratum in np.flatnonzero(np.bincount(strata) <= 2 * FOLDS):
        rows = np.flatnonzero(strata == stratum)
        inside = set(buckets[rows][buckets[rows] != 0])
        if len(rows) and -1 not in inside and len(inside) < 2:
            open_rows = rows[buckets[rows] > 0]
            buckets[open_rows[0] if len(open_rows) else rows[0]] = -1
    return buckets


def deal_groups(groups, strata, shares, rng):
    """Whole groups to buckets, large ones first, each where its rows are wanted most."""
    if strata.max() >= 20:
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


def to_times(values):
    """Times as sortable numbers (numbers stay, dates become nanoseconds); None when it is neither."""
    filled = [value for value in values if value]
    if not filled:
        return None
    numbers = [as_number(value) for value in values]
    if sum(number is not None for number in numbers) >= 0.99 * len(filled):
        return np.array([np.nan if number is None else number for number in numbers])
    series = pd.Series(values, dtype=object).where(lambda s: s != "")
    for form in (None, "mixed"):
        try:
            parsed = pd.to_datetime(series, errors="coerce", utc=True, format=form)
        except (ValueError, TypeError, OverflowError):
            continue
        if parsed.notna().sum() >= 0.99 * len(filled):
            moments = parsed.dt.tz_localize(None).to_numpy().astype("datetime64[ns]").astype(float)
            return np.where(parsed.isna(), np.nan, moments)
    return None


def is_later(times, test_times):
    """Whether the real test lies after training: nine in ten test rows later than all but 1 % of training."""
    if times is None or test_times is None:
        return False
    train, test = times[np.isfinite(times)], test_times[np.isfinite(test_times)]
    if len(train) == 0 or len(test) == 0 or len(np.unique(train)) < 4:
        return False
    return (test >= np.quantile(train, 0.99)).mean() >= 0.9 and train.min() < np.median(test)


def cut(times, rows, wanted):
    """The latest rows, about `wanted` of them, all rows of one time on one side."""
    values, counts = np.unique(times[rows], return_counts=True)
    later = np.cumsum(counts[::-1])[::-1]
    if len(values) < 2:
        return None
    place = 1 + int(np.abs(later[1:] - wanted).argmin())
    return rows[times[rows] < values[place]], rows[times[rows] >= values[place]]


def split_by_time(times, test_times, folds):
    """Sealed rows are the latest; each fold trains on what lies before its own window."""
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

    sealed = cut(moments, np.arange(count), size(count, SEALED_CAP))
    if sealed is None:
        return None
    pool, sealed_rows = sealed
    views, rest = {}, pool
    wanted = size(len(pool), FOLD_CAP)
    for i in range(folds):
        parts = cut(moments, rest, wanted)
        if parts is None or (i > 0 and len(parts[0]) < 0.4 * len(pool)) or len(parts[0]) < 2:
            break
        views[f"fold-{i}"] = (parts[0], parts[1])
        rest = parts[0]
    views["sealed"] = (pool, sealed_rows)
    return views


def views_of(buckets, folds):
    """Bucket 0 is sealed; bucket i + 1 is fold i; empty buckets give no view."""
    pool = np.flatnonzero(buckets != 0)
    views = {}
    for i in range(FOLDS):
        rows = np.flatnonzero(buckets == i + 1)
        if len(rows) and len(views) < folds:
            views[f"fold-{len(views)}"] = (np.setdiff1d(pool, rows, assume_unique=True), rows)
    views["sealed"] = (pool, np.flatnonzero(buckets == 0))
    return views


def bucket_shares(count):
    """Share of the sealed holdout and of each of the five folds."""
    sealed = sealed_share(count)
    fold = min(FOLD_CAP / count, (1 - sealed) / FOLDS)
    return [sealed] + [fold] * FOLDS


ASKED = "task.yaml asks for it"


def choose(problem, truth, known, groups, times, test_times, folds, rng, copies=None, wanted=None):
    """Strategy, reason and views: time before group before strata, unless the task wants another."""
    later = is_later(times, test_times) or (wanted == "time" and times is not None)
    if later and wanted in (None, "time"):
        views = split_by_time(times, test_times, folds)
        if views is not None and "fold-0" in views and defined(problem, truth, views):
            why = "the test rows lie after the training rows by the time column"
            return "time", ASKED if wanted else why, views
    count = len(truth)
    strata, of_what = strata_of(problem, truth, known)
    # Rows without an answer only ever train.
    shares = bucket_shares(count)
    doubt = ""
    if groups is not None and wanted in (None, "group"):
        units = len(np.unique(groups[known]))
        if units >= 3:
            buckets = deal_groups(groups, strata, shares, rng)
            views = views_of(np.where(known, buckets, -1), folds)
            if "fold-0" in views and len(views["sealed"][1]) and defined(problem, truth, views):
                return "group", f"no group stands on both sides ({units} groups)", views
        doubt = f"; the {units} groups are too few or too uneven to split by"
    enough = len(np.unique(strata)) <= count / 2 and wanted != "random"
    buckets = assign_folds(strata if enough else np.zeros(count, dtype=int), shares, rng)
    if copies is not None:
        buckets = buckets[copies]
    views = views_of(np.where(known, buckets, -1), folds)
    if enough and len(np.unique(strata)) > 1:
        return "stratified", f"every part keeps the shares of {of_what}{doubt}", views
    why = ASKED if wanted == "random" else "rows are exchangeable as far as the columns tell"
    return "random", f"{why}{doubt}", views


def defined(problem, truth, views):
    """Whether a ranking metric has a value in every part: both classes must be there."""
    if problem.kind not in ("score", "class-score"):
        return True
    return all(len(np.unique(truth[valid, 0])) > 1 for _, valid in views.values())
