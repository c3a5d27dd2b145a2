"""The profile of one column: its kind, shares and simple statistics. Cells are text; missing ones are NaN."""

import math
import os
import re

import numpy as np
import pandas as pd

from referee.amounts import amount_form, read_amounts
from referee.dates import read_dates
from referee.splitting.times import date_form

PATH = re.compile(r"^[^\n]+\.[A-Za-z0-9]{1,5}$")
KEY_NAME = re.compile(r"(^|_)(id|code|key|zip|zipcode|postcode|sku|no)$", re.IGNORECASE)
MISSING_WORDS = {"?", "na", "n/a", "nan", "null", "none", "-", "--", ".", "unknown", "missing", "inf", "-inf"}
LOGICAL = ({"true", "false"}, {"True", "False"}, {"TRUE", "FALSE"})
# Cells that are looked at to tell dates and texts.
PROBE = 2000
# What a prompt has room for.
EXAMPLES = 5
EXAMPLE_LENGTH = 60


def profile_column(name, cells, task, in_test):
    """One entry of `columns` (`ColumnProfile` in `profile.ts`). `cells`: the column of the training table as text."""
    return {**describe_column(name, cells, task), "inTest": in_test, "isTarget": name in task["target_columns"]}


def describe_column(name, cells, task):
    """Kind, shares and simple statistics of a column of any table."""
    present = cells.dropna()
    codes, values = pd.factorize(present)
    values = pd.Series(values, dtype=object)
    numbers = as_numbers(present, codes, values)
    kind = kind_of(name, cells, present, numbers, len(values), task)
    amounts = amounts_of(name, values, task) if numbers is None else None
    if amounts is not None:
        kind, numbers = "numeric", read_amounts(present, amounts).dropna()
    commonest = np.argsort(-np.bincount(codes, minlength=1), kind="stable")[:EXAMPLES] if len(values) else []
    form = date_form(task, name)
    stats = numbers if numbers is not None and kind in ("numeric", "boolean", "categorical", "id", "constant") else None
    return {
        "name": name,
        "kind": kind,
        "dtype": "object" if amounts else dtype_of(cells, present, numbers, values),
        "missing": finite(1 - len(present) / max(len(cells), 1)),
        "unique": len(values),
        "examples": [str(values[place])[:EXAMPLE_LENGTH] for place in commonest],
        "min": None if stats is None else finite(stats.min()),
        "max": None if stats is None else finite(stats.max()),
        "mean": None if stats is None else finite(stats.mean()),
        "skew": None if stats is None else skew_of(stats),
        "words": round(words_of(present), 2) if kind == "text" else None,
        "span": span_of(present, form) if form else None,
        "dates": form,
        **({"amounts": amounts} if amounts else {}),
    }


def amounts_of(name, values, task):
    """How a column of texts writes amounts, apart from words for a missing one; None where it holds others."""
    if name in (task["id_column"], *task["target_columns"], *task["media_columns"]) or date_form(task, name):
        return None
    written = (value for value in values if value.strip().lower() not in MISSING_WORDS)
    return amount_form(written)


def span_of(present, form):
    """The first and the last date as ISO text, or None."""
    dates = read_dates(present, form).dropna()
    return [str(dates.min()), str(dates.max())] if len(dates) and form != "time-of-day" else None


def kind_of(name, cells, present, numbers, unique, task):
    """The kind of the column: the surest signs come first."""
    if name == task["id_column"]:
        return "id"
    if date_form(task, name):
        return "datetime"
    if name in task["media_columns"] or are_paths(present, task["folder"]):
        return "path"
    if unique <= 1 and len(present) == len(cells):
        return "constant"
    if is_logical(cells, present, numbers):
        return "boolean"
    if numbers is not None:
        return kind_of_numbers(name, present, numbers, unique, task.get("rows") or len(present))
    if is_text(present, unique):
        return "text"
    return "id" if unique > 0.95 * len(present) and unique > 20 else "categorical"


def kind_of_numbers(name, present, numbers, unique, rows):
    """Numbers that count are numeric; numbers that name things are not. `rows`: of the table, of which some are here."""
    if not (numbers == numbers.round()).all():
        return "numeric"
    spread = numbers.max() - numbers.min()
    counted = spread == unique - 1 if len(present) == rows else spread < rows
    if unique == len(present) and unique > 20 and counted:
        return "id"
    named = KEY_NAME.search(name) is not None or present.str.match(r"^0\d").any()
    if named and unique > 2:
        return "id" if unique > 0.95 * len(present) else "categorical"
    return "numeric"


def is_logical(cells, present, numbers):
    """Two values that Python reads as a truth value."""
    if numbers is not None:
        return numbers.min() == 0 and numbers.max() == 1 and set(numbers.unique()) == {0.0, 1.0}
    return len(present) == len(cells) and set(present.unique()[:3]) in LOGICAL


def as_numbers(present, codes=None, values=None):
    """
    The column as numbers, or None; a few words that stand for a missing value do not count. `codes` and `values`: the
    place of each cell among the different ones, and those, where they are known.
    """
    if len(present) == 0:
        return None
    if values is None:
        codes, values = pd.factorize(present)
        values = pd.Series(values, dtype=object)
    if pd.to_numeric(present.iloc[:PROBE], errors="coerce").isna().mean() > 0.2:
        return None
    different = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float)
    known = np.isfinite(different)
    numbers = pd.Series(different[codes], index=present.index)
    if known.all():
        return numbers
    odd = {cell.strip().lower() for cell in values[~known]}
    return numbers[known[codes]] if odd <= MISSING_WORDS and known.any() else None


def dtype_of(cells, present, numbers, values):
    """What pandas makes of the column when only an empty cell is missing. `values`: the different cells."""
    if numbers is not None and len(numbers) == len(present) < len(cells):
        return "float64"
    try:
        plain = pd.to_numeric(values)
    except (ValueError, TypeError):
        whole = len(present) == len(cells) and set(present.unique()[:3]) in LOGICAL
        return "bool" if whole else "object"
    if len(present) == 0 or len(present) < len(cells):
        return "float64"
    return str(plain.dtype)


def is_text(present, unique):
    """Several words, and seldom the same ones."""
    if unique < 20:
        return False
    words, length = words_of(present), float(present.iloc[:PROBE].str.len().mean())
    share = unique / len(present)
    return (words >= 3 and share > 0.3) or (words >= 6 and share > 0.1) or (length > 60 and share > 0.3 and words > 1.5)


def words_of(present):
    """Mean number of words in a value."""
    probe = present.iloc[:PROBE].tolist()
    return sum(len(cell.split()) for cell in probe) / len(probe) if probe else 0.0


def are_paths(present, folder):
    """Whether the first values name files that are there."""
    probe = present.iloc[:5].tolist()
    if not probe or not all(PATH.match(cell) for cell in probe):
        return False
    return all(os.path.isfile(os.path.join(folder, value)) for value in probe)


def finite(value):
    """A number that JSON can carry, else None."""
    number = float(value)
    return round(number, 6) if math.isfinite(number) else None


def skew_of(numbers):
    """Skewness; None for a column without spread."""
    if len(numbers) < 3 or numbers.min() == numbers.max():
        return None
    with np.errstate(all="ignore"):
        return finite(numbers.skew())
