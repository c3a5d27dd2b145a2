"""Columns as numbers and as categories, train and test alike."""

import re
import warnings

import numpy as np
import pandas as pd

DATE = re.compile(r"^\s*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|^\s*\d{4}-\d{1,2}")


class Column:
    """
    One column over all given rows: `numbers`, float (n,), NaN for missing, or None when it is no number or date;
    `codes`, int (n,), one for each different cell; `missing`, bool (n,).
    """

    def __init__(self, name, cells):
        self.name = name
        self.cells = cells
        present = cells.notna().to_numpy()
        self.missing = ~present
        codes, values = pd.factorize(cells, use_na_sentinel=True)
        self.codes = np.where(codes < 0, len(values), codes)
        self.distinct = len(values)
        unique = pd.Series(values, dtype=object)
        self.numbers, self.dated = as_numbers(unique)
        if self.numbers is not None:
            self.numbers = np.append(self.numbers, np.nan)[self.codes]

    @property
    def whole(self):
        """Whether all its numbers are integers."""
        known = self.numbers[np.isfinite(self.numbers)] if self.numbers is not None else np.ones(0)
        return bool(len(known) and (known == np.round(known)).all())


def as_numbers(values):
    """Numbers or dates (then True) of the different values of a column; None when they are neither."""
    if len(values) == 0:
        return None, False
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float)
    known = np.isfinite(numbers)
    if known.mean() >= 0.99:
        return np.where(known, numbers, np.nan), False
    probe = values.iloc[:200].astype(str)
    if probe.str.match(DATE).mean() < 0.95:
        return None, False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for form in (None, "mixed"):
            try:
                dates = pd.to_datetime(values, errors="coerce", utc=True, format=form)
            except (ValueError, TypeError, OverflowError):
                continue
            if dates.notna().mean() >= 0.95:
                moments = dates.dt.tz_localize(None).to_numpy().astype("datetime64[s]").astype(float)
                return np.where(dates.isna(), np.nan, moments), True
    return None, False


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
