"""Duplicate rows, and how far the order of rows or their ids give the answer away."""

import re
from operator import itemgetter

import numpy as np

from referee import tables
from referee.splitting.predictive_power import (Target, predictive_power,
                                                two_folds)

# Half of the predictive power there could be is no accident of the order in which rows were collected.
MIN_LEAK_POWER = 0.5
# Rows of few columns repeat by nature: then half of them have a twin, or one row stands for 5 % of all.
MAX_COPIES_SHARE = 0.5
MAX_SET_SHARE = 0.05


def find_duplicates(path, names):
    """
    For each record the place of the first that is the same, answer included, up to the columns `names`: int (n,).
    """
    records = tables.rows(path)
    header = next(records)
    rest = [place for place, name in enumerate(header) if name not in names]
    pick = itemgetter(*rest) if len(rest) > 1 else None
    if pick is None:
        return np.arange(sum(1 for _ in records), dtype=np.int64)
    first, found = {}, []
    for i, record in enumerate(records):
        found.append(first.setdefault(hash(pick(record)), i))
    return np.array(found, dtype=np.int64)


def sets_of_duplicates(first):
    """
    What may not be divided between train and validation, as `find_duplicates` gives it, and a note for people.

    None where there are no duplicates, or where rows of few columns repeat by nature.
    """
    count = len(first)
    sizes = np.bincount(first, minlength=count)
    copied = int(sizes[sizes > 1].sum())
    if copied == 0:
        return None, []
    if copied > MAX_COPIES_SHARE * count or sizes.max() > max(10, MAX_SET_SHARE * count):
        return None, [f"{copied} training rows are the same up to their id: so many are no copies,"
                      " they may stand on both sides"]
    sets = int((sizes > 1).sum())
    return first, [f"{copied} training rows in {sets} sets are copies up to their id:"
                   " a set stands on one side"]


def target_of(problem, truth):
    """The first of the targets (`truth`: (n, targets)) to be predicted; None when it is free text or one value."""
    if problem.kind in ("free", "ranking") or len(np.unique(truth[:, 0])) < 2:
        return None
    return Target(truth[:, 0], problem.kind in ("number", "integer"))


def row_order_leak(problem, truth):
    """A sentence when the place of a row predicts its answer, else None. `truth`: (n, targets) in the order of rows."""
    target = target_of(problem, truth)
    if target is None:
        return None
    count = len(truth)
    power = predictive_power(target, np.arange(count, dtype=float), None, two_folds(count))
    if power < MIN_LEAK_POWER:
        return None
    return (f"the order of the training rows predicts the answer ({target.format(power)}):"
            " the rows of every view are shuffled")


def id_leak(problem, truth, ids):
    """
    How well the number in an id predicts the answer, as text (`AUC 0.993`), when that is much; else None.

    `truth`: (n, targets); `ids`: n texts.
    """
    target = target_of(problem, truth)
    numbers = None if target is None else numbers_in(ids)
    if numbers is None:
        return None
    power = predictive_power(target, numbers, None, two_folds(len(ids)))
    return target.format(power) if power >= MIN_LEAK_POWER else None


def numbers_in(ids):
    """The last number of each id, float (n,), or None where one has none."""
    if all(name.isdigit() and name.isascii() and len(name) <= 15 for name in ids):
        return np.array(ids, dtype=object).astype(float)
    found = [last_number(name) for name in ids]
    return None if any(number is None for number in found) else np.array(found)


def last_number(name):
    """The last number in an id."""
    found = re.findall(r"\d+", name)
    return float(found[-1]) if found and len(found[-1]) <= 15 else None


def shuffle_views(views, seed):
    """The views with train and validation rows of each in random order. `views`: view -> (train, validation)."""
    shuffled = {}
    for number, view in enumerate(sorted(views)):
        draw = np.random.Generator(np.random.PCG64([seed, 4, number]))
        train, valid = views[view]
        shuffled[view] = draw.permutation(train), draw.permutation(valid)
    return shuffled
