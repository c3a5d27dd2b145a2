"""Reads a competition as plainly as can be: category for strings, days for dates, everything else as it is."""

import json
import os
import sys

import numpy as np
import pandas as pd


def read():
    """The task, the features of both tables, the target, and the test ids."""
    task = json.loads(sys.argv[1])
    folder, files = task["folder"], task["files"]
    train, test = (pd.read_csv(os.path.join(folder, files[part])) for part in ("train", "test"))
    sample = pd.read_csv(os.path.join(folder, files["sample_submission"]))
    target = task["target_columns"][0]
    train = train[train[target].notna()]
    drop = {target, task["id_column"]}
    names = [name for name in test.columns if name in train.columns and name not in drop]
    both = pd.concat([train[names], test[names]], ignore_index=True)
    for name in names:
        both[name] = plain(both[name])
    return task, both[: len(train)], both[len(train) :], train[target], sample


def plain(column):
    """A column as LightGBM takes it."""
    if pd.api.types.is_numeric_dtype(column):
        return column
    days = pd.to_datetime(column, errors="coerce", format="mixed")
    if days.notna().sum() > 0.9 * column.notna().sum():
        return (days - pd.Timestamp("1970-01-01")) / pd.Timedelta(days=1)
    return column.astype("category")


def write(task, sample, values, path):
    """Writes predictions in the form of the sample submission."""
    out = sample.copy()
    columns = task["prediction_columns"]
    out[columns if len(columns) > 1 else columns[0]] = values
    out.to_csv(path, index=False)


def constant(task, target):
    """The same answer for every row: class shares, the middle of the numbers, or the commonest class."""
    metric, columns = task["metric"]["name"], task["prediction_columns"]
    if task["type"] == "regression":
        if metric == "rmsle":
            return np.expm1(np.log1p(target).mean())
        return target.median() if metric in ("mae", "mape", "smape") else target.mean()
    if wants_classes(task):
        return target.mode()[0]
    if len(columns) == 1:
        return (target == positive(target)).mean()
    return [(target.astype(str) == name).mean() for name in columns]


def wants_classes(task):
    """Whether the metric is of labels, not of probabilities."""
    return task["metric"]["name"] not in ("log_loss", "roc_auc", "average_precision", "brier")


def positive(target):
    """The class that a single probability is of: the later one in order."""
    return sorted(target.unique())[-1]


def predicted(task, model, test):
    """What a fitted classifier or regressor says of the test rows, in the form that is asked for."""
    if task["type"] == "regression":
        values = model.predict(test)
        return np.clip(values, 0, None) if task["metric"]["name"] in ("rmsle",) else values
    if wants_classes(task):
        return model.predict(test)
    shares = model.predict_proba(test)
    classes = [str(each) for each in model.classes_]
    columns = task["prediction_columns"]
    if len(columns) == 1:
        return shares[:, -1]
    return np.column_stack([shares[:, classes.index(name)] for name in columns])
