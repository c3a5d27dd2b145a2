"""Screens the data of a competition: the task comes as JSON on standard input, findings leave on standard output.

Does a column give the answer away, do train and test rows come from one distribution, are rows or keys on both sides?
Nothing here decides: people and models read the findings.
"""

import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
# How well a column predicts another is measured as the referee does it.
REFEREE = os.path.join(HERE, "..", "..", "..", "referee", "python")
sys.path[:0] = [HERE, REFEREE]

import pandas as pd  # noqa: E402

from drift import covariate_shift  # noqa: E402
from leaks import leaking_columns  # noqa: E402
from rows import duplicates, groups  # noqa: E402

# Tables of more bytes are read up to `MAX_ROWS`, to bound time and memory.
MAX_BYTES = 100_000_000
MAX_ROWS = 300_000


def screen(task):
    """`findings`, the gravest first, and `drift`: the AUC by which train and test rows can be told apart, or None."""
    folder, names = task["folder"], task["files"]
    train = table(os.path.join(folder, names["train"]))
    test = table(os.path.join(folder, names["test"]))
    if train is None or test is None:
        return {"drift": None, "findings": []}
    train = with_labels(task, train, folder)
    dropped = {*task["drop_columns"], *task["target_columns"]}
    shared = [name for name in train.columns if name in test.columns and name not in dropped]
    features = [name for name in shared if name != task["id_column"]]
    known = [name for name in features if name != task["group_column"]]
    auc, shifts = covariate_shift(task, train, test, [n for n in known if n != task["time_column"]])
    findings = [
        *leaking_columns(task, train, features),
        *groups(task, train, test, shared),
        *shifts,
        *duplicates(task, train, test, shared),
    ]
    return {"drift": auc, "findings": findings}


def table(path):
    """The rows to look at, every cell as text; None where there is no such table."""
    if not os.path.isfile(path):
        return None
    rows = MAX_ROWS if os.path.getsize(path) > MAX_BYTES else None
    return pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""],
                       encoding="utf-8-sig", nrows=rows)


def with_labels(task, train, folder):
    """The training table with the answers of a labels file joined to it."""
    labels = table(os.path.join(folder, task["labels_file"])) if task["labels_file"] else None
    if labels is None:
        return train
    form = task["submission_id"]
    keys = form["columns"] if form else [task["id_column"]]
    return train.merge(labels[[*keys, *task["target_columns"]]], on=keys, how="left")


if __name__ == "__main__":
    json.dump(screen(json.load(sys.stdin)), sys.stdout, allow_nan=False)
