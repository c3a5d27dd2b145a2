"""Rows that stand in both tables, and keys that whole groups of rows share."""

import re

import numpy as np
import pandas as pd
from coding import Column
from tables import all_row_hashes, read_text, row_hashes

from referee.splitting.times import date_form

# Log of the chance below which a division by groups is no accident: about 6 in a million.
UNLIKELY = -12.0
# What a value on both sides adds to it: each is as unlikely under whole groups as it is likely by chance (a judgment).
SHARED_VALUE_PENALTY = 0.7
TIME_NAME = re.compile(r"(^|_)(date|day|time|timestamp|datetime|month|week|quarter|year|period|step)(_|$)", re.I)


def duplicates(task, train, test, names, whole):
    """
    Rows of train that stand there again, and rows of test that are rows of train, up to the id. `whole`: paths of
    both tables where `train` and `test` are samples of them, else None.
    """
    features = [name for name in names if name != task["id_column"]]
    if len(features) < 2:
        return []
    if whole is None:
        before, after = row_hashes(train[features]), row_hashes(test[features])
    else:
        before, after = (all_row_hashes(path, features) for path in whole)
    again = len(before) - len(np.unique(before))
    shared = int(np.isin(after, before).sum())
    found = []
    if shared:
        share = shared / len(after)
        found.append({
            "kind": "duplicates", "columns": [], "strength": round(share, 4),
            "text": f"{shared} of {len(after)} test rows ({100 * share:.1f} %) are rows of train, up to id and target",
            "advice": "their answers can be looked up",
        })
    if again:
        share = again / len(before)
        found.append({
            "kind": "duplicates", "columns": [], "strength": round(share, 4),
            "text": f"{again} of {len(before)} training rows ({100 * share:.1f} %) stand there before,"
                    " up to id and target",
            "advice": "copies with the same answer stay on one side of the split",
        })
    return found


def groups(task, train, test, names, whole):
    """
    Keys that rows share and of which test has others than train, though a random split would have mixed them.
    `whole` as in `duplicates`: what a sample shows must be true of all rows.
    """
    given = {task["id_column"], task["group_column"], task["time_column"]}
    found = []
    for name in names:
        if name in given:
            continue
        before, after = train[name], test[name]
        if before.isna().any() or after.isna().any():
            continue
        kept = held_out_groups(before, after)
        if kept is None or is_time(task, name, before):
            continue
        if whole is not None:
            kept = held_out_groups(*(read_text(path, [name])[name].dropna() for path in whole))
        if kept is not None:
            found.append(kept | {"name": name})
    # Of nested keys the coarsest keeps the others whole.
    found.sort(key=lambda key: (-key["unseen"], key["values"]))
    return [finding(key, task["group_column"]) for key in found[:1]]


def is_time(task, name, cells):
    """Dates, and numbers that are called a time, divide the tables for another reason."""
    column = Column(name, cells.iloc[:1000], date_form(task, name))
    return column.dated or (column.numbers is not None and TIME_NAME.search(name) is not None)


def held_out_groups(before, after):
    """How many values of test are not in train, when that is no accident; else None."""
    counts, tested = before.value_counts(), after.value_counts()
    if len(counts) < 8 or len(tested) < 3 or len(counts) > 0.95 * len(before):
        return None
    numbers = pd.to_numeric(pd.Series(counts.index), errors="coerce")
    if numbers.notna().all() and not (numbers == numbers.round()).all():
        return None
    both = counts.add(tested, fill_value=0)
    unseen = ~tested.index.isin(counts.index)
    chance = log_chance(both.to_numpy(), len(before), len(after), tested, counts)
    if unseen.mean() < 0.5 or chance > UNLIKELY:
        return None
    return {"unseen": float(unseen.mean()), "values": int(len(counts)), "tested": int(len(tested))}


def log_chance(sizes, train_rows, test_rows, tested, counts):
    """Logarithm of the chance that the values which stand on one side only do so when rows are split at random."""
    share = test_rows / (train_rows + test_rows)
    one_sided = [tested[~tested.index.isin(counts.index)], counts[~counts.index.isin(tested.index)]]
    total = 0.0
    for values in one_sided:
        size = values.to_numpy(dtype=float)
        total += float(np.log(share**size + (1 - share) ** size).sum())
    both = tested.index.intersection(counts.index)
    return total + SHARED_VALUE_PENALTY * len(both)


def finding(key, group_column):
    """One sentence and the way out."""
    name, share = key["name"], key["unseen"]
    which = "none" if share == 1 else f"{100 * (1 - share):.0f} %"
    text = f"{which} of the {key['tested']} values of {name} in test stand in train, though rows share them"
    beside = "" if group_column is None else f" (now: {group_column})"
    return {"kind": "group", "columns": [name], "strength": round(share, 4), "text": text,
            "advice": f"group_column: {name}{beside}"}
