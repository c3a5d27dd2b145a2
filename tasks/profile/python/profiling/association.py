"""How much of the target a column tells by itself, and how many test rows hold values that training rows lack."""

import os

import numpy as np
import pandas as pd

from columns import as_numbers, finite
from referee.amounts import read_amounts
from tables import count_rows, read_text

# Columns that are looked at: no more are described to a model.
MAX_COLUMNS = 200
# Groups that a column of numbers is cut into; values that fewer rows have are one group together.
GROUPS, MIN_ROWS = 20, 20
# More classes than this are left out, the rarest first.
MAX_CLASSES = 50
# Above so many rows the test table is not read.
MAX_TEST_ROWS = 300_000


def add_associations(columns, train, target, classes):
    """
    Sets `association` of the columns that test has, too: the share of the target's variance that the means of groups of
    the column's values explain, in 0..1, less what so many groups would by chance (adjusted R squared; of numbers their
    ranks, of classes each against the rest). `target`: texts of one target, missing ones NaN, or None.
    """
    answers = None if target is None else answers_of(target, classes)
    if answers is None:
        return
    known = np.isfinite(answers).all(axis=1)
    answers = answers[known] - answers[known].mean(axis=0)
    total = float((answers ** 2).sum())
    for column in [each for each in columns if each["inTest"]][:MAX_COLUMNS]:
        if column["kind"] in ("text", "path", "constant", "id") or total == 0:
            continue
        groups = groups_of(train[column["name"]], column.get("amounts"))[known]
        column["association"] = finite(explained(groups, answers, total))


def explained(groups, answers, total):
    """The adjusted share that group means explain. `answers`: centered (rows, outputs)."""
    sizes = np.bincount(groups)
    sums = np.column_stack([np.bincount(groups, weights=output) for output in answers.T])
    filled = sizes > 0
    share = float((sums[filled] ** 2 / sizes[filled, None]).sum()) / total
    left = len(answers) - int(filled.sum())
    return max(0.0, 1 - (1 - share) * (len(answers) - 1) / left) if left > 0 else 0.0


def answers_of(target, classes):
    """(rows, outputs): ranks of numbers, or a column for each class; NaN where there is no answer. None: neither."""
    if classes is not None:
        common = target.value_counts().index[:MAX_CLASSES]
        hits = (target.to_numpy()[:, None] == common.to_numpy()).astype(float)
        hits[target.isna().to_numpy()] = np.nan
        return hits
    numbers = as_numbers(target.dropna())
    return None if numbers is None else numbers.rank(pct=True).reindex(target.index).to_numpy()[:, None]


def groups_of(cells, amounts=None):
    """A small number for each row: ranges of numbers, or values; missing cells have one of their own."""
    numbers = read_amounts(cells, amounts).dropna() if amounts else as_numbers(cells.dropna())
    codes, values = pd.factorize(cells)
    if numbers is not None and len(values) > GROUPS:
        inner = np.unique(np.quantile(numbers, np.linspace(0, 1, GROUPS + 1)[1:-1]))
        groups = np.full(len(cells), len(inner) + 1)
        groups[cells.index.get_indexer(numbers.index)] = np.searchsorted(inner, numbers.to_numpy(), side="right")
        return groups
    codes = np.where(codes < 0, len(values), codes)
    rare = np.bincount(codes, minlength=len(values) + 1)[codes] < MIN_ROWS
    return np.where(rare, len(values) + 1, codes)


def add_unseen(columns, train, test_path):
    """Sets `unseen` of columns of named values: the share of test rows whose value no training row has."""
    named = [each for each in columns if each["inTest"] and each["kind"] in ("categorical", "boolean")][:MAX_COLUMNS]
    if not named or not os.path.isfile(test_path) or count_rows(test_path) > MAX_TEST_ROWS:
        return
    test = read_text(test_path, [each["name"] for each in named])
    for column in named:
        cells = test[column["name"]].dropna()
        column["unseen"] = finite(1 - cells.isin(train[column["name"]].dropna().unique()).mean()) if len(cells) else 0.0
