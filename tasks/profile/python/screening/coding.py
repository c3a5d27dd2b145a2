"""Columns as numbers and as categories, train and test alike."""

import numpy as np
import pandas as pd

from referee.dates import read_dates


class Column:
    """
    One column over all given rows: `numbers`, float (n,), NaN for missing, or None when it is no number or date;
    `codes`, int (n,), one for each different cell; `missing`, bool (n,). `form`: how it writes dates, None for none.
    """

    def __init__(self, name, cells, form=None):
        self.name = name
        self.cells = cells
        present = cells.notna().to_numpy()
        self.missing = ~present
        codes, values = pd.factorize(cells, use_na_sentinel=True)
        self.codes = np.where(codes < 0, len(values), codes)
        self.distinct = len(values)
        unique = pd.Series(values, dtype=object)
        self.dated = form is not None
        self.numbers = as_moments(unique, form) if self.dated else as_numbers(unique)
        if self.numbers is not None:
            self.numbers = np.append(self.numbers, np.nan)[self.codes]

    @property
    def whole(self):
        """Whether all its numbers are integers."""
        known = self.numbers[np.isfinite(self.numbers)] if self.numbers is not None else np.ones(0)
        return bool(len(known) and (known == np.round(known)).all())


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
    """A numeric frame for a small model: numbers as they are, categories by frequency, texts by their length."""
    parts = {}
    for column in columns:
        if column.numbers is not None:
            parts[column.name] = column.numbers
            continue
        counts = np.bincount(column.codes)
        if column.distinct <= len(column.codes) / 2:
            order = np.argsort(np.argsort(-counts, kind="stable"))
            parts[column.name] = order[column.codes].astype(float)
        else:
            parts[column.name] = column.cells.str.len().to_numpy(dtype=float)
    return pd.DataFrame(parts)
