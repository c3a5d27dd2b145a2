"""Time columns: as sortable numbers, whether test lies after train, and blocks of neighboring moments."""

import re

import numpy as np

from referee.dates import MONTH_NAMES, read_dates
from referee.problem import as_number

# Convention: a column is of numbers or dates when all but one cell in a hundred can be read as one.
READABLE_SHARE = 0.99
# Fewer moments than this give no blocks worth drawing: stretches of rows in their order stand in.
MIN_MOMENTS = 10


def date_form(task, name):
    """How a column writes dates (`DateForm` in `competition.ts`), None for one without."""
    return (task.get("dates") or {}).get(name)


def to_times(values, form=None):
    """
    Times as sortable numbers: plain numbers stay, dates become microseconds since 1970 (UTC).

    `values`: cells as text; `form`: how the column writes dates, None where nobody has decided. Returns float (n,),
    NaN for an empty or unreadable cell; None when the column holds neither numbers nor dates.
    """
    filled = [value for value in values if value]
    if not filled:
        return None
    if form is None:
        numbers = [as_number(value) for value in values]
        if sum(number is not None for number in numbers) >= READABLE_SHARE * len(filled):
            return np.array([np.nan if number is None else number for number in numbers])
    moments = read_dates(values, form)
    if form is None and moments.notna().sum() < READABLE_SHARE * len(filled):
        return None
    return np.where(moments.isna(), np.nan, moments.to_numpy().astype("datetime64[us]").astype(float))


def time_names(task):
    """The columns that say when a row is: none, one, or one for each unit of time."""
    named = task["time_column"]
    return [] if named is None else [named] if isinstance(named, str) else list(named.values())


def unit_values(cells, unit):
    """Cells as numbers of their unit, float (n,); months may be names, quarters `Q1`. NaN for what is none."""
    found = {}
    for text in set(cells):
        cell = text.strip().lower()
        if unit == "month" and cell[:3] in MONTH_NAMES:
            found[text] = MONTH_NAMES.index(cell[:3]) + 1.0
        else:
            digits = re.fullmatch(r"[qw]?(\d{1,4})(?:\.0)?", cell, re.ASCII)
            found[text] = float(digits.group(1)) if digits else np.nan
    return np.array([found[text] for text in cells], dtype=float)


def parts_to_times(parts):
    """
    Microseconds since 1970 of rows whose units stand in columns of their own: `parts`, unit -> cells. Float (n,), NaN
    where one is missing. As `tasks/tables/time-units.ts` reads them: without a year, and where years are counted (0,
    1, …), they count from 1970.
    """
    values = {unit: unit_values(cells, unit) for unit, cells in parts.items()}
    unknown = np.isnan(np.array(list(values.values()))).any(axis=0)
    whole = {unit: np.where(unknown, 1, each).astype(int) for unit, each in values.items()}

    def value(unit, other):
        return whole.get(unit, np.full(len(unknown), other))

    year = value("year", 0)
    year = np.where(year < 100, 1970 + year, year)
    month = value("month", 1) if "month" in whole else 3 * value("quarter", 1) - 2
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    days = value("day", 1) - 1 + value("day_of_year", 1) - 1 + 7 * (value("week", 1) - 1)
    minutes = value("hour", 0) * 60 + value("minute", 0)
    moments = months.astype("datetime64[us]").astype(float) + (days * 1440.0 + minutes) * 6e7
    return np.where(unknown, np.nan, moments)


def times_of(task, columns):
    """When each row is, float (n,), by the columns that say so (name -> cells); None without them."""
    named = task["time_column"]
    if not named or any(name not in columns for name in time_names(task)):
        return None
    if isinstance(named, str):
        return to_times(columns[named], date_form(task, named))
    return parts_to_times({unit: columns[name] for unit, name in named.items()})


def train_and_test_times(task, columns, test_columns):
    """Times of training and test rows on one scale, float (train,) and (test,); (None, None) without them."""
    names = time_names(task)
    if any(name not in columns or name not in test_columns for name in names):
        return None, None
    together = times_of(task, {name: [*columns[name], *test_columns[name]] for name in names})
    if together is None:
        return None, None
    count = len(columns[names[0]])
    return together[:count], together[count:]


def is_later(times, test_times):
    """Whether test lies after training: nine in ten test rows later than all but 1 % of the training rows."""
    if times is None or test_times is None:
        return False
    train, test = times[np.isfinite(times)], test_times[np.isfinite(test_times)]
    if len(train) == 0 or len(test) == 0 or len(np.unique(train)) < 3:
        return False
    return bool((test >= np.quantile(train, 0.99)).mean() >= 0.9 and train.min() < np.median(test))


def time_blocks(times):
    """
    A block number for each row, int (n,): about T^(1/3) neighboring moments each, of T.

    Errors of neighboring days rise and fall together (weather, holidays), so single rows would claim more evidence
    than there is. Blocks of order T^(1/3) are the optimal length of a block bootstrap for a variance (Hall, Horowitz
    & Jing 1995, "On blocking rules for the bootstrap with dependent data"), and leave T^(2/3) of them to draw from.
    Rows of one moment are never divided; with few moments, stretches of rows in their order stand in.
    """
    moments = np.where(np.isfinite(times), times, -np.inf)
    place = np.unique(moments, return_inverse=True)[1]
    if place.max() + 1 < MIN_MOMENTS:
        place = np.argsort(np.argsort(moments, kind="stable"), kind="stable")
    count = int(place.max()) + 1
    return place // max(1, round(count ** (1 / 3)))
