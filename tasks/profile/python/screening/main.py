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
# Tables are read as the profile reads them.
PROFILING = os.path.join(HERE, "..", "profiling")
sys.path[:0] = [HERE, REFEREE, PROFILING]

from coding import Coded  # noqa: E402
from drift import covariate_shift  # noqa: E402
from leaks import leaking_columns  # noqa: E402
from media import profile_media  # noqa: E402
from rows import duplicates, groups  # noqa: E402
from tables import read_sample  # noqa: E402

import numpy as np  # noqa: E402

from referee.splitting.times import date_form, time_names  # noqa: E402


def screen(task, sample=None):
    """
    `findings`, the gravest first, and `drift`: the AUC by which train and test rows can be told apart, or None.

    `sample`: rows of the training table that were read already, and how many there are in all.
    """
    folder, names = task["folder"], task["files"]
    paths = [os.path.join(folder, names[part]) for part in ("train", "test")]
    if not all(map(os.path.isfile, paths)):
        return {"drift": None, "findings": []}
    (train, rows), (test, test_rows) = sample or read_sample(paths[0]), read_sample(paths[1])
    # What a sample shows of rows that are the same is looked at in all of them.
    whole = None if rows == len(train) and test_rows == len(test) else paths
    train = with_labels(task, train, folder)
    dropped = {*task["drop_columns"], *task["target_columns"]}
    tested = set(test.columns)
    shared = [name for name in train.columns if name in tested and name not in dropped]
    features = [name for name in shared if name != task["id_column"]]
    coded = {
        name: Coded(name, np.concatenate([frame[name].to_numpy() for frame in (train, test)]), date_form(task, name))
        for name in shared
    }
    given = {task["group_column"], *time_names(task)}
    known = [coded[name] for name in features if name not in given]
    auc, shifts = covariate_shift(known, len(train), len(test))
    findings = [
        *no_features(task, features, train),
        *leaking_columns(task, train, [coded[name] for name in features]),
        *groups(task, coded.values(), len(train), whole),
        *shifts,
        *duplicates(task, train, test, shared, whole),
    ]
    return {"drift": auc, "findings": findings}


def no_features(task, features, train):
    """
    That a model has nothing to learn from: no column besides the id is in both tables and varies, and no file that is
    of a kind known here has more.
    """
    folder, others = task["folder"], task["files"]["other"]
    if any(len(train[name].dropna().unique()) > 1 for name in features if name not in task["media_columns"]):
        return []
    what = "train and test share no column besides id and target"
    if any(name not in task["media_columns"] for name in features):
        what += " that has more than one value"
    files = [name for name in others if os.path.isdir(os.path.join(folder, name))]
    media = [profile_media(folder, others, name, train[name]) for name in task["media_columns"] if name in train]
    known = [each for each in media if each is not None]
    if any(each["sample"] is not None and (each["sample"]["image"] or each["sample"]["sound"]) for each in known):
        return []
    if len(files) < len(others):
        return []
    advice = "check the names of the columns in both tables, and drop_columns"
    if known:
        text = f"{what}, and the files that {task['media_columns'][0]} names are of a kind that is not read here" \
               f" (.{known[0]['extension']}): unless a script reads them, no prediction is better than a constant"
        advice = "turn the files into PNG, JPEG, WAV or columns of a table"
    elif files:
        text = f"{what}, and none names the files of {', '.join(files[:3])}: no prediction can be better than a constant"
        advice = "call the files after the ids, or name them in a column of both tables"
    else:
        text = f"{what}: no prediction can be better than a constant"
    return [{"kind": "no-features", "columns": [], "strength": 1.0, "text": text, "advice": advice}]


def with_labels(task, train, folder):
    """The training table with the answers of a labels file joined to it."""
    if not task["labels_file"]:
        return train
    labels, _ = read_sample(os.path.join(folder, task["labels_file"]))
    form = task["submission_id"]
    keys = form["columns"] if form else [task["id_column"]]
    return train.merge(labels[[*keys, *task["target_columns"]]], on=keys, how="left")


if __name__ == "__main__":
    json.dump(screen(json.load(sys.stdin)), sys.stdout, allow_nan=False)
