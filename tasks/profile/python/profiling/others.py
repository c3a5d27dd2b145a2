"""Other tables and folders of a competition: what they are and how they join to the training table."""

import os
import re

import numpy as np

from columns import as_numbers, describe_column
from tables import MAX_ROWS, read_sample

KEY_NAME = re.compile(r"(^|_)(id|code|key|no|iata|icao|sku|zip)$", re.IGNORECASE)
# Share of the cells of train that a key must find (a judgment).
MIN_COVERAGE = 0.5
# So many keys are shown to a model.
MAX_KEYS = 8
# Cells that are held of each, one after the other: keys are told better from all rows.
HELD_CELLS = 6_000_000
# Larger tables are described by an even sample of their rows, wider ones by their first columns.
MAX_CELLS = 500_000
MAX_DESCRIBED = 100
NO_TASK = {"target_columns": [], "id_column": None, "media_columns": []}


def profile_other(task, name, train, test_columns):
    """One entry of `other` (`OtherFile` in `profile.ts`). `train`: the training table as text, a frame."""
    folder = task["folder"]
    path = os.path.join(folder, name)
    if os.path.isdir(path):
        sizes = [os.path.getsize(os.path.join(place, file)) for place, _, files in os.walk(path) for file in files]
        return entry(name, "folder", len(sizes), sum(sizes))
    size = os.path.getsize(path)
    if not name.lower().endswith(".csv"):
        return entry(name, "file", None, size)
    frame, rows = read_sample(path, cells=HELD_CELLS)
    keys = keys_of(frame, train, test_columns)
    table = entry(name, "table", rows, size)
    table["columns"] = list(frame.columns)
    table["keys"] = [{key: found[key] for key in ("column", "trainColumn", "coverage")} for found in keys]
    table["uniqueKey"] = bool(keys) and rows == len(frame) and keys[0]["unique"]
    return {**table, **describe(task, frame, rows, keys)}


def describe(task, frame, rows, keys):
    """What train's profile says of its columns, said of a further table; rows for each value of the first key."""
    names = list(frame.columns)[:MAX_DESCRIBED]
    most = max(1, MAX_CELLS // max(len(names), 1))
    step = -(-len(frame) // most) if len(frame) else 1
    some = frame.iloc[::step]
    own = {**NO_TASK, "folder": task["folder"], "dates": task.get("dates")}
    return {
        "details": [describe_column(name, some[name], own) for name in names],
        "examined": len(some),
        "rowsPerKey": rows_per_key(frame, rows, keys),
    }


def rows_per_key(frame, rows, keys):
    """Least, middle and most rows that share a value of the first key; None without one, or where rows were left out."""
    if not keys or rows != len(frame):
        return None
    counts = frame[keys[0]["column"]].dropna().value_counts().to_numpy()
    if len(counts) == 0:
        return None
    return {"min": int(counts.min()), "median": float(np.median(counts)), "max": int(counts.max())}


def entry(name, kind, rows, size):
    """The parts that every file has."""
    return {"name": name, "kind": kind, "rows": rows, "columns": [], "keys": [], "uniqueKey": False, "bytes": size}


def keys_of(frame, train, test_columns):
    """Pairs of columns to join by; those whose values are unique in the table first, then by coverage."""
    found = []
    for column in frame.columns:
        values = frame[column].dropna()
        unique = values.is_unique and len(values) == len(frame)
        known, proof = set(values.unique()), proof_of(values, unique)
        for train_column in train.columns:
            if train_column not in test_columns or not may_join(column, train_column, proof):
                continue
            cells = train[train_column].dropna()
            coverage = float(cells.isin(known).mean()) if len(cells) else 0.0
            if coverage >= MIN_COVERAGE:
                found.append({
                    "column": column,
                    "trainColumn": train_column,
                    "coverage": round(coverage, 4),
                    "unique": unique,
                    "named": same_name(column, train_column),
                })
    return best_keys(found)


def best_keys(found):
    """Of all pairs those of the best column of the table, and those of the same name."""
    order = sorted(found, key=lambda key: (not key["unique"], not key["named"], -key["coverage"]))
    if not order:
        return []
    first = order[0]["column"]
    kept = [key for key in order if key["column"] == first or (key["named"] and not order[0]["unique"])]
    return kept[:MAX_KEYS]


def may_join(column, train_column, proof):
    """Whether equal values of two columns would be more than chance."""
    if same_name(column, train_column) or proof == "values":
        return True
    return proof == "names" and bool(KEY_NAME.search(train_column)) and bool(KEY_NAME.search(column))


def proof_of(values, unique):
    """What equal values prove: by themselves (`values`), with names of keys (`names`), or nothing (None).

    Small numbers and yes/no columns match by chance.
    """
    different = values.nunique()
    if different < 5:
        return None
    numbers = as_numbers(values.iloc[:MAX_ROWS])
    if numbers is None:
        return "values" if unique or different >= 10 else None
    whole = bool((numbers == numbers.round()).all())
    return "names" if whole and unique and different >= 20 else None


def same_name(column, train_column):
    """Case and underscores aside."""
    return column.lower().replace("_", "") == train_column.lower().replace("_", "")

