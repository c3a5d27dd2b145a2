"""
Columns of the main tables that hold an aggregate of the target by another column: computed on the validation rows too,
so that every view has them anew, from the answers of its own training rows.
"""

import os
from functools import cached_property

import numpy as np

from referee import tables
from referee.problem import as_number
from referee.splitting.near_copies import parsed
from referee.views.aggregates import SUMMARIES, numeric_targets

# Fewer groups agree by chance.
MIN_GROUPS = 10
MIN_DIFFERENT = 5
# Share of the groups, or of the rows, whose aggregate must be the cell as it is rounded.
MIN_AGREEMENT = 0.95
# Decimals that a cell must have for agreement to be none of chance, and the part of its spread that rounding may be.
MIN_DECIMALS = 2
MAX_ROUNDING = 0.02
# Rows whose decimals tell those of a column.
DECIMAL_ROWS = 1_000
# The mean of the other rows of the group (leave one out), and the mean that is drawn towards that of all rows.
OTHERS, SMOOTHED = "mean of the others", "smoothed mean"
# Keys that are tried, and groups that one may have.
MAX_KEYS, MAX_GROUPS = 40, 20_000


def find_target_columns(found, source, units):
    """
    Column -> the `key`, `target` and `summary` that it is of, and the `weight` of the mean of all rows in it. `found`:
    `resemblance.Comparison`, or None.
    """
    if found is None:
        return {}
    count, made = found.train_count, {}
    targets = {name: answers for name, answers in numeric_targets(source, units).items() if np.isfinite(answers).all()}
    columns = {name: read for name in found.features() if (read := Column.read(found.cells[name][:count])) is not None}
    for key in found.features()[:MAX_KEYS] if columns else []:
        codes = found.codes[key][:count]
        if codes.min() < 0 or not MIN_GROUPS <= len(np.unique(codes)) <= min(MAX_GROUPS, count / 2):
            continue
        for target, answers in targets.items():
            groups = Groups(codes, answers)
            for name, column in columns.items():
                if name == key or name in made:
                    continue
                summary, weight = groups.summary_of(column)
                if summary is not None:
                    made[name] = {"key": key, "target": target, "summary": summary, "weight": weight}
    return made


class Column:
    """A column of the training table as numbers, float (rows,), and what they may differ by as they are rounded."""

    def __init__(self, values, rounding):
        self.values, self.rounding = values, rounding

    @classmethod
    def read(cls, cells):
        """The column, or None for what is no number, hardly varies, or is too round."""
        decimals = max(map(decimals_of, cells[:DECIMAL_ROWS]))
        values = parsed(cells) if decimals >= MIN_DECIMALS else None
        if values is None:
            return None
        # The answers are rounded as well: one unit of the last place.
        rounding = 1.01 * 10.0**-decimals
        if len(np.unique(values)) < MIN_GROUPS or rounding > MAX_ROUNDING * values.std():
            return None
        return cls(values, rounding + 1e-9 * np.abs(values).max())


class Groups:
    """
    Rows by the codes of a key, int (rows,), and their answers. Only groups of several rows whose answers differ tell an
    aggregate from the answer itself: `telling`, bool (groups,).
    """

    def __init__(self, codes, answers):
        self.of, self.answers = np.unique(codes, return_inverse=True)[1], answers
        self.sizes = np.bincount(self.of)
        self.first = np.zeros(len(self.sizes), dtype=int)
        self.first[self.of[::-1]] = np.arange(len(codes))[::-1]
        self.means = np.bincount(self.of, answers) / self.sizes
        starts = np.cumsum(self.sizes) - self.sizes
        self.ordered = answers[np.argsort(self.of, kind="stable")]
        self.telling = np.maximum.reduceat(self.ordered, starts) > np.minimum.reduceat(self.ordered, starts)

    def summary_of(self, column):
        """Which aggregate of each group's answers a column holds, and its weight; (None, None) for none."""
        if self.telling.sum() < MIN_GROUPS:
            return None, None
        cells = column.values[self.first]
        if not np.array_equal(column.values, cells[self.of]):
            several = self.telling[self.of]
            made = without_own(self.answers, self.of, self.means, self.sizes)
            return (OTHERS, None) if agrees(made[several], column.values[several], column.rounding) else (None, None)
        for name in SUMMARIES:
            if agrees(self.summaries[name][self.telling], cells[self.telling], column.rounding):
                return name, None
        weight = self.weight_of(cells)
        if weight is not None:
            made = smoothed(self.means, self.sizes, self.answers.mean(), weight)
            if agrees(made[self.telling], cells[self.telling], column.rounding):
                return SMOOTHED, weight
        return None, None

    @cached_property
    def summaries(self):
        """Name -> aggregate of each group's answers, float (groups,)."""
        parts = np.split(self.ordered, np.cumsum(self.sizes)[:-1])
        return {name: np.array([function(part) for part in parts]) for name, function in SUMMARIES.items()}

    def weight_of(self, cells):
        """Rows that the mean of all counts as, were the cells means that are drawn towards it; None for no such."""
        drawn = cells - self.answers.mean()
        weights = self.sizes * (self.means - cells) / np.where(np.abs(drawn) > 0, drawn, np.nan)
        clear = np.abs(drawn) > np.median(np.abs(drawn))
        weight = float(np.median(weights[clear])) if clear.any() else np.nan
        return round(weight, 3) if np.isfinite(weight) and 0 < weight < 10_000 else None


def smoothed(means, sizes, usual, weight):
    return (means * sizes + usual * weight) / (sizes + weight)


def without_own(answers, groups, means, sizes):
    return (means[groups] * sizes[groups] - answers) / np.maximum(1, sizes[groups] - 1)


def agrees(made, cells, rounding):
    """Whether nearly all are the same as they are rounded, and vary."""
    same = np.abs(made - cells) <= rounding
    return len(same) > 0 and same.mean() >= MIN_AGREEMENT and len(np.unique(made[same])) >= MIN_DIFFERENT


def recompute(competition, folder):
    """Writes such columns of a view anew, from the answers of its training rows; its test table may be missing."""
    made = competition.frozen.get("targetColumns") or {}
    if not made:
        return
    paths = [os.path.join(folder, competition.task["files"][part]) for part in ("train", "test")]
    parts = [(path, *read(path)) for path in paths if os.path.isfile(path)]
    _, header, train = parts[0]
    for name, each in made.items():
        decimals = max(decimals_of(record[header.index(name)]) for record in train)
        answers = answers_of(header, train, each["target"])
        keys = [[record[head.index(each["key"])] for record in records] for _, head, records in parts]
        for (_, head, records), values in zip(parts, aggregate(each, answers, *keys)):
            place = head.index(name)
            for record, value in zip(records, values):
                record[place] = f"{value:.{decimals}f}"
    for path, head, records in parts:
        # It may be a second name of a file of another view.
        os.unlink(path)
        tables.write(path, head, records)


def read(path):
    records = tables.rows(path)
    header = next(records)
    return header, [list(record) for record in records]


def decimals_of(cell):
    return len(cell.partition(".")[2].rstrip())


def answers_of(header, records, target):
    """The answers as numbers, float (rows,): of a class 1 where it is that one, as `aggregates.numeric_targets` names it."""
    if target in header:
        place = header.index(target)
        return np.array([as_number(record[place]) for record in records], dtype=float)
    name, _, label = next((name, mark, target[len(name) + 1 :]) for name, mark in ((each, " ") for each in header)
                          if target.startswith(f"{name} "))
    place = header.index(name)
    return np.array([float(record[place] == label) for record in records])


def aggregate(each, answers, trained, tested=()):
    """The aggregate of each training row's key, and of each row's to predict; of all answers for keys not seen."""
    keys, groups = np.unique(np.array(trained, dtype=object).astype(str), return_inverse=True)
    sizes, usual = np.bincount(groups), answers.mean()
    means = np.bincount(groups, answers) / sizes
    if each["summary"] == OTHERS:
        own, values = np.where(sizes[groups] > 1, without_own(answers, groups, means, sizes), usual), means
    elif each["summary"] == SMOOTHED:
        values = smoothed(means, sizes, usual, each["weight"])
        own = values[groups]
    else:
        function = SUMMARIES[each["summary"]]
        parts = np.split(answers[np.argsort(groups, kind="stable")], np.cumsum(sizes)[:-1])
        values = np.array([function(part) for part in parts])
        own, usual = values[groups], float(np.median(values))
    by_key = dict(zip(keys.tolist(), values.tolist()))
    return own, [by_key.get(key, usual) for key in tested]
