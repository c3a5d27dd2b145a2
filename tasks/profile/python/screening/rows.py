"""Rows that stand in both tables, and keys that whole groups of rows share."""

import re

import numpy as np
import pandas as pd
from coding import Coded
from referee.splitting.times import time_names
from tables import all_row_hashes, read_text, row_hashes

# Standard deviations by which a division by groups is no accident: about 3 in a million.
MIN_DEVIATIONS = 4.5
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
            "advice": "copies with the same answer stay on one side of the split, unless test rows are copies as often",
        })
    return found


def groups(task, coded, train_rows, whole):
    """
    Keys that rows share and of which test has others than train, though a random split would have mixed them.
    `coded`: columns over the rows of train and then those of test; `whole` as in `duplicates`: what a sample shows must
    be true of all rows.
    """
    given = {task["id_column"], task["group_column"], *time_names(task)}
    found = []
    for column in coded:
        name = column.name
        if name in given or (column.codes < 0).any():
            continue
        kept = held_out_groups(column, train_rows)
        if kept is None or is_time(column):
            continue
        if whole is not None:
            both = [read_text(path, [name])[name].dropna() for path in whole]
            kept = held_out_groups(Coded(name, pd.concat(both)), len(both[0]))
        if kept is not None:
            found.append(kept | {"name": name})
    # Of nested keys the coarsest keeps the others whole.
    found.sort(key=lambda key: (-key["unseen"], key["values"]))
    return [finding(key, task["group_column"]) for key in found[:1]]


def is_time(column):
    """Dates, and numbers that are called a time, divide the tables for another reason."""
    return column.form is not None or (column.numbers is not None and TIME_NAME.search(column.name) is not None)


def held_out_groups(column, train_rows):
    """How many values of test are not in train, when that is no accident; else None."""
    size = len(column.values)
    counts, tested = (np.bincount(part, minlength=size)
                      for part in (column.codes[:train_rows], column.codes[train_rows:]))
    values, others = int((counts > 0).sum()), int((tested > 0).sum())
    if values < 8 or others < 3 or values > 0.95 * train_rows:
        return None
    unseen = float((counts[tested > 0] == 0).mean())
    if unseen < 0.5 or deviations_apart(counts, tested) < MIN_DEVIATIONS:
        return None
    numbers = None if column.form is not None or column.numbers is None else column.numbers[counts > 0]
    if numbers is not None and np.isfinite(numbers).all() and not (numbers == np.round(numbers)).all():
        return None
    return {"unseen": unseen, "values": values, "tested": others}


def deviations_apart(counts, tested):
    """
    By how many standard deviations fewer values stand on both sides than where rows are split at random. `counts`,
    `tested`: rows of train and of test that have each value, int (values,).
    """
    train_rows, test_rows = int(counts.sum()), int(tested.sum())
    share = test_rows / (train_rows + test_rows)
    size = (counts + tested).astype(float)
    # A value of one row stands on one side whatever is done.
    shared = np.where(size > 1, 1 - share**size - (1 - share) ** size, 0.0)
    missing = shared.sum() - ((counts > 0) & (tested > 0)).sum()
    spread = np.sqrt((shared * (1 - shared)).sum())
    return float(missing / max(spread, 1e-9)) if missing > 0 else 0.0


def finding(key, group_column):
    """One sentence and the way out."""
    name, share = key["name"], key["unseen"]
    which = "none" if share == 1 else f"{100 * (1 - share):.0f} %"
    text = f"{which} of the {key['tested']} values of {name} in test stand in train, though rows share them"
    beside = "" if group_column is None else f" (now: {group_column})"
    return {"kind": "group", "columns": [name], "strength": round(share, 4), "text": text,
            "advice": f"group_column: {name}{beside}"}
