"""Columns as numbers and as categories, train and test alike."""

from functools import cached_property

import numpy as np
import pandas as pd

from referee.dates import read_dates


class Coded:
    """
    One column over all rows that are looked at, read once: `codes`, int (n,), a number for each different cell and -1
    for a missing one; `values`: the different cells. `form`: how it writes dates, None for none.
    """

    def __init__(self, name, cells, form=None):
        self.name = name
        self.form = form
        codes, values = pd.factorize(np.asarray(cells, dtype=object), use_na_sentinel=True)
        self.codes = codes.astype(np.int32)
        self.values = pd.Series(values, dtype=object)

    @cached_property
    def numbers(self):
        """The values as numbers, or dates as microseconds, float; NaN for what is none. None for other columns."""
        return as_numbers(self.values) if self.form is None else as_moments(self.values, self.form)

    @cached_property
    def lengths(self):
        """Characters of the values."""
        return self.values.str.len().to_numpy(dtype=float)

    def at(self, rows):
        """The column at some rows, int (m,), alone."""
        return Column(self, self.codes[rows])


class Column:
    """
    A column at some rows: `numbers`, float (n,), NaN for missing, or None when it is no number or date; `codes`, int
    (n,), one for each different cell; `missing`, bool (n,).
    """

    def __init__(self, whole, codes):
        self.name = whole.name
        self.dated = whole.form is not None
        self.missing = codes < 0
        self.numbers = None if whole.numbers is None else np.append(whole.numbers, np.nan)[codes]
        self.whole_column, self.own = whole, codes
        seen, self.codes = np.unique(codes, return_inverse=True)
        self.distinct = len(seen) - int(self.missing.any())

    @property
    def whole(self):
        """Whether all its numbers are integers."""
        known = self.numbers[np.isfinite(self.numbers)] if self.numbers is not None else np.ones(0)
        return bool(len(known) and (known == np.round(known)).all())

    @property
    def lengths(self):
        """Characters of the cells, float (n,); NaN for a missing one."""
        return np.append(self.whole_column.lengths, np.nan)[self.own]


def as_numbers(values):
    """Numbers of the different values of a column; None when they are none."""
    if len(values) == 0:
        return None
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float)
    known = np.isfinite(numbers)
    return np.where(known, numbers, np.nan) if known.mean() >= 0.99 else None


def as_moments(values, form):
    """Dates of the different values of a column, in microseconds since 1970, NaN for what is none."""
    dates = read_dates(values, form)
    return np.where(dates.isna(), np.nan, dates.to_numpy().astype("datetime64[us]").astype(float))


def model_table(columns):
    """Numbers for a small model, float (rows, columns): as they are, categories by frequency, texts by their length."""
    return np.column_stack([model_column(column) for column in columns])


def model_column(column):
    """One column of them."""
    if column.numbers is not None:
        return column.numbers
    if column.distinct > len(column.codes) / 2:
        return column.lengths
    order = np.argsort(np.argsort(-np.bincount(column.codes), kind="stable"))
    return order[column.codes].astype(float)
