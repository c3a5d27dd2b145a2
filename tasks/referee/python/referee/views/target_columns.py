"""
Columns of the main tables that hold an aggregate of the target by another column: computed on the validation rows too,
so that every view has them anew, from the answers of its own training rows.
"""

import os

import numpy as np

from referee import tables
from referee.problem import as_number
from referee.views.aggregates import SUMMARIES, numeric_targets

# Fewer groups agree by chance.
MIN_GROUPS = 5
# Share of groups, or of rows, whose aggregate must be the cell up to rounding.
MIN_AGREEMENT = 0.9
# A smoothed mean: as near as this to the mean, in its spread over the groups, and as correlated.
NEAR, MIN_CORRELATION = 0.25, 0.985
# The mean of the other rows of the group (leave one out).
OTHERS = "mean of the others"
# Keys that are tried, and groups that one may have.
MAX_KEYS, MAX_GROUPS = 40, 20_000


def find_target_columns(found, source, units):
    """
    Column -> the `key`, `target` and `summary` that it is of. `found`: `resemblance.Comparison`, or None.
    """
    if found is None:
        return {}
    targets = numeric_targets(source, units)
    columns = {name: numbers for name in found.features()
               if (numbers := numbers_of(found.cells[name][: found.train_count])) is not None}
    made = {}
    for key in found.features()[:MAX_KEYS]:
        codes = found.codes(found.cells[key])[: found.train_count]
        groups = np.unique(codes, return_inverse=True)[1]
        count = int(groups.max()) + 1
        if not MIN_GROUPS <= count <= min(MAX_GROUPS, found.train_count / 2):
            continue
        for name, values in columns.items():
            if name == key or name in made:
                continue
            summary = summary_of(values, groups, count, targets)
            if summary is not None:
                made[name] = {"key": key, "target": summary[1], "summary": summary[0]}
    return made


def numbers_of(cells):
    """A column as float (rows,), NaN for an empty cell; None for what is no number, or hardly varies."""
    numbers = [as_number(cell) if cell else np.nan for cell in cells]
    if any(number is None for number in numbers) or len(set(numbers)) < MIN_GROUPS:
        return None
    return np.array(numbers, dtype=float)


def summary_of(values, groups, count, targets):
    """The summary and the target that a column is of by its groups, or None. `values`, `groups`: (rows,)."""
    first = np.zeros(count, dtype=int)
    first[groups[::-1]] = np.arange(len(groups))[::-1]
    cells = values[first]
    is_constant = np.array_equal(values, cells[groups], equal_nan=True) and np.isfinite(cells).all()
    for target, answers in targets.items():
        known = np.isfinite(answers)
        if not known.all() or len(np.unique(np.round(answers, 2))) < 2:
            continue
        sizes = np.bincount(groups, minlength=count)
        means = np.bincount(groups, answers, minlength=count) / sizes
        if is_constant:
            found = constant_summary(cells, groups, answers, means, sizes)
        else:
            found = OTHERS if is_of_others(values, groups, answers, means, sizes) else None
        if found is not None:
            return found, target
    return None


def constant_summary(cells, groups, answers, means, sizes):
    """Which aggregate of each group's answers its cell is, or None."""
    if np.ptp(means) == 0:
        return None
    for name, function in SUMMARIES.items():
        order = np.argsort(groups, kind="stable")
        made = np.array([function(part) for part in np.split(answers[order], np.cumsum(sizes)[:-1])])
        if agrees(made, cells) >= MIN_AGREEMENT and len(np.unique(np.round(made, 2))) >= MIN_GROUPS:
            return name
    if cells.std() > 0 and np.abs(cells - means).mean() <= NEAR * means.std():
        return "mean" if np.corrcoef(cells, means)[0, 1] >= MIN_CORRELATION else None
    return None


def is_of_others(values, groups, answers, means, sizes):
    """Whether each cell is the mean answer of the other rows of its group."""
    several = (sizes[groups] > 1) & np.isfinite(values)
    if several.mean() < 0.5 or np.ptp(means) == 0:
        return False
    made = without_own(answers, groups, means, sizes)[several]
    return agrees(made, values[several]) >= MIN_AGREEMENT and len(np.unique(np.round(made, 2))) >= MIN_GROUPS


def without_own(answers, groups, means, sizes):
    return (means[groups] * sizes[groups] - answers) / np.maximum(1, sizes[groups] - 1)


def agrees(made, cells):
    """Share that are the same up to rounding, as people round: to two digits at least, a tenth of their spread at most."""
    most = np.minimum(np.maximum(0.00501, 1e-3 * np.abs(made)), 0.1 * made.std())
    return float((np.abs(made - cells) <= most).mean())


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
        for (_, head, records), values in zip(parts, aggregate(each["summary"], answers, *keys)):
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


def aggregate(summary, answers, trained, tested=()):
    """The aggregate of each training row's key, and of each row's to predict; of all answers for keys not seen."""
    keys, groups = np.unique(np.array(trained, dtype=object).astype(str), return_inverse=True)
    sizes = np.bincount(groups)
    means = np.bincount(groups, answers) / sizes
    if summary == OTHERS:
        own, values, usual = without_own(answers, groups, means, sizes), means, answers.mean()
        own = np.where(sizes[groups] > 1, own, usual)
    else:
        function = SUMMARIES[summary]
        parts = np.split(answers[np.argsort(groups, kind="stable")], np.cumsum(sizes)[:-1])
        values = np.array([function(part) for part in parts])
        own, usual = values[groups], float(np.median(values))
    by_key = dict(zip(keys.tolist(), values.tolist()))
    return own, [by_key.get(key, usual) for key in tested]
