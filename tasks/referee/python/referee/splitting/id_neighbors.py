"""Neighbors by id that have like answers, where test rows have no such neighbors in training."""

import re

import numpy as np

from referee.splitting.near_copies import MAX_NUMBERS, numbers_of
from referee.splitting.predictive_power import predict_from_category, predict_from_number, two_folds
from referee.splitting.row_order import numbers_in, target_of
from referee.splitting.times import time_blocks

# Power of the two neighbors in the order of ids from which on they are worth using, beside four standard errors of it.
MIN_NEAR_POWER = 0.1
# Most test ids must be near to one of training for them to lie among those.
MIN_AMONG = 0.5
# Share of ids that must have a number of their own for its neighbors to mean anything.
MIN_DISTINCT = 0.9
# Columns whose neighbors by id are as alike as this go by the ids.
MIN_CORRELATION = 0.3
# Where a column tells so much that neighbors are less alike than this share of it, the rows lie sorted by that column.
MAX_TOLD = 0.5
# Test rows are of other places than training rows where they are so many times further from the nearest one.
MAX_DISTANCE = 1.5
# Rows that distances are taken of.
MAX_ROWS = 5_000
# Long blocks of ids: enough for five folds and a holdout, and as long as may be.
BLOCKS = 40


class IdNeighbors:
    """
    The numbers in the ids of training and test rows. `among`: test ids lie among those of training as validation ids
    would; `power`: how well the two neighbors by id predict the answer. `found`: `resemblance.Comparison`; `truth`:
    (units, targets); `known`: bool (units,).
    """

    def __init__(self, found, problem, truth, known):
        self.found, self.count, self.among, self.power, self.numbers = found, found.train_count, True, 0.0, None
        cells = found.cells.get(found.id_column)
        numbers = None if cells is None else numbers_in(cells)
        target = target_of(problem, truth[known])
        if numbers is None or target is None:
            return
        self.numbers = numbers[: self.count]
        if len(np.unique(self.numbers)) < MIN_DISTINCT * self.count:
            return
        self.among = has_same_names(cells, self.count) and lies_among(numbers, self.count)
        self.target, self.known = target, known
        self.power = near_power(target, self.numbers[known])

    @property
    def is_trap(self):
        """Neighbors by id tell of the answer what no column does by which the rows lie sorted, and test rows have none."""
        if self.among or self.power < max(MIN_NEAR_POWER, 4 / np.sqrt(self.count)):
            return False
        values = self.target.values
        order = np.argsort(self.numbers[self.known], kind="stable")
        left = min((likeness(values - made, order) for made in self.told_by_columns(order)), default=np.inf)
        return left >= max(4 / np.sqrt(self.count), MAX_TOLD * likeness(values, order))

    def told_by_columns(self, order):
        """What each column that goes along the ids tells of the answer, out of fold: as `Target.values`."""
        folds = two_folds(len(order))
        for name in self.found.features():
            codes, cells = (each[name][: self.count][self.known] for each in (self.found.codes, self.found.cells))
            codes, numbers = np.unique(codes, return_inverse=True)[1], numbers_of(cells)
            if numbers is not None and correlation(numbers[order]):
                yield predict_from_number(self.target, numbers, folds)
            if codes.max() < len(codes) / 2 and repeats(codes[order]):
                yield predict_from_category(self.target, codes, folds)

    def go_by_features(self):
        """
        Whether features change along the ids so that test rows are far from all training rows, while a validation row
        would be near to some: then other ids would not keep a script from its neighbors.
        """
        order = np.argsort(self.numbers, kind="stable")
        columns = [read for name in self.found.features() if (read := numbers_of(self.found.cells[name])) is not None]
        moving = [column for column in columns[: 10 * MAX_NUMBERS] if correlation(column[: self.count][order])]
        if not moving or self.count < 2 * BLOCKS:
            return False
        from scipy.spatial import cKDTree

        table = np.column_stack(moving[:MAX_NUMBERS])
        table = (table - table[: self.count].mean(axis=0)) / np.maximum(table[: self.count].std(axis=0), 1e-12)
        rng = np.random.Generator(np.random.PCG64(18))
        tree = cKDTree(table[: self.count])
        trained = table[rng.permutation(self.count)[:MAX_ROWS]]
        tested = table[self.count + rng.permutation(len(table) - self.count)[:MAX_ROWS]]
        own, other = tree.query(trained, k=2)[0][:, 1], tree.query(tested, k=1)[0]
        return bool(np.median(other) > MAX_DISTANCE * np.median(own))

    def runs(self):
        """Short blocks of neighbors by id, int (rows,), as long as a block bootstrap has them."""
        return time_blocks(self.numbers)

    def blocks(self):
        """Long blocks of neighbors by id, int (rows,)."""
        place = np.argsort(np.argsort(self.numbers, kind="stable"), kind="stable")
        return place * min(BLOCKS, len(place) // 4) // len(place)


def has_same_names(cells, count):
    """Whether most test ids are called, up to their number, as some of training: else they count on their own."""
    if all(cell.isdigit() for cell in cells):
        return True
    names = [re.sub(r"\d+\D*$", "", cell) for cell in cells]
    known = set(names[:count])
    return sum(name in known for name in names[count:]) >= MIN_AMONG * (len(names) - count)


def likeness(values, order):
    """Autocorrelation of neighbors in an order, over all columns. `values`: float (rows, columns)."""
    deviations = (values - values.mean(axis=0))[order]
    spread = (deviations**2).sum()
    return float((deviations[1:] * deviations[:-1]).sum() / spread) if spread > 0 else 0.0


def repeats(codes):
    """Whether neighbors in their order are the same more often than two rows by chance."""
    shares = np.bincount(codes) / len(codes)
    chance = float((shares**2).sum())
    return (codes[1:] == codes[:-1]).mean() >= chance + MIN_CORRELATION * (1 - chance)


def correlation(values):
    """Whether neighbors in their order are alike."""
    spread = values.std()
    return spread > 0 and np.corrcoef(values[1:], values[:-1])[0, 1] >= MIN_CORRELATION


def lies_among(numbers, count):
    """Whether most test ids are as near to one of training as nine in ten training ids are to another one."""
    trained = np.sort(numbers[:count])
    steps = np.diff(trained)
    if len(steps) < 2:
        return True
    apart = np.minimum(np.append(steps, np.inf), np.insert(steps, 0, np.inf))
    places = np.searchsorted(trained, numbers[count:])
    low, high = trained[np.clip(places - 1, 0, count - 1)], trained[np.clip(places, 0, count - 1)]
    distance = np.minimum(abs(numbers[count:] - low), abs(high - numbers[count:]))
    # Ids that count through both tables are one apart: what was removed from between is not far.
    return bool((distance <= 2 * np.quantile(apart, 0.9)).mean() >= MIN_AMONG)


def near_power(target, numbers):
    """How well the mean of the two neighbors in the order of numbers predicts the answer (`Target.power`)."""
    order = np.argsort(numbers, kind="stable")
    values = target.values[order]
    around = (np.roll(values, 1, axis=0) + np.roll(values, -1, axis=0)) / 2
    around[0], around[-1] = values[1], values[-2]
    predictions = np.empty_like(values)
    mean = values.mean(axis=0)
    # Two neighbors are shrunk towards the mean by how much one tells of the next.
    spread = ((values - mean) ** 2).sum()
    shared = ((values[1:] - mean) * (values[:-1] - mean)).sum() / spread if spread > 0 else 0.0
    predictions[order] = mean + max(0.0, 2 * shared / (1 + max(0.0, shared))) * (around - mean)
    return float(max(0.0, target.power(predictions)))
