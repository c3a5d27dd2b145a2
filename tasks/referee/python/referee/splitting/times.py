"""Time columns: as sortable numbers, whether test lies after train, and blocks of neighboring moments."""

import numpy as np

from referee.dates import read_dates
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


def train_and_test_times(task, columns, test_columns):
    """Times of training and test rows on one scale, float (train,) and (test,); (None, None) without them."""
    name = task["time_column"]
    if name not in columns or name not in test_columns:
        return None, None
    train, test = columns[name], test_columns[name]
    together = to_times([*train, *test], date_form(task, name))
    if together is None:
        return None, None
    return together[: len(train)], together[len(train) :]


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
