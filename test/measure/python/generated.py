"""
Small competitions as files, with a hidden truth: the referee splits them, cheap scripts are run on its views, and the
score that it lets expect is held against the hidden one.
"""

import csv
import os

import numpy as np

from simulated import METRICS, seeded
from referee.blending import bank
from referee.competition import Competition
from referee.judging import metrics
from referee.splitting.label_store import HALVED
from referee.statistics import choice, projection
from referee.views import layout

STEPS = 40


def task_of(metric, folder, **more):
    """As `task.yaml` says it."""
    kind, direction = METRICS[metric]
    return {
        "id": "generated", "metric": {"name": metric, "direction": direction, "k": None}, "metric_file": None,
        "type": kind, "id_column": "id", "target_columns": ["y"], "prediction_columns": ["y"], "folder": folder,
        "files": {"train": "train.csv", "test": "test.csv", "sample_submission": "sample_submission.csv",
                  "description": "description.md", "other": []},
        "time_column": None, "group_column": None, "media_columns": [], "labels_file": None, "submission_id": None,
        **more,
    }


def answers(metric, signal, noise, rng):
    """Answers by a signal of about unit spread."""
    if METRICS[metric][0] == "regression":
        return signal + noise * rng.normal(size=len(signal))
    return (rng.random(len(signal)) < 1 / (1 + np.exp(-2 * signal))).astype(float)


def make_growth(metric, rng):
    """Many weak features and few rows: every further row helps."""
    count, tested, width = int(rng.integers(120, 400)), int(rng.integers(300, 900)), int(rng.integers(20, 60))
    features = rng.normal(size=(count + tested, width))
    signal = features @ rng.normal(size=width) / np.sqrt(width)
    return features, answers(metric, signal, 0.7, rng), np.arange(count + tested) < count, {}


def make_groups(metric, rng):
    """Rows of a group err together; the test has other groups."""
    groups, size = int(rng.integers(60, 160)), int(rng.integers(6, 16))
    group = np.repeat(np.arange(groups), size)
    features = rng.normal(size=(len(group), 5)) + rng.normal(size=(groups, 5))[group]
    shared = rng.uniform(0.3, 0.9) * rng.normal(size=groups)[group]
    signal = features[:, 0] - 0.5 * features[:, 1] * features[:, 2] + shared
    return features, answers(metric, signal, 0.5, rng), group < 0.6 * groups, {"group": group}


def make_drift(metric, rng):
    """What the features mean changes from step to step; the test lies later."""
    each = int(rng.integers(10, 25))
    time = np.repeat(np.arange(STEPS), each)
    features = rng.normal(size=(len(time), 5))
    walk = rng.uniform(0.02, 0.15) * rng.normal(size=(STEPS, 5)).cumsum(axis=0)
    level = rng.uniform(0.0, 0.08) * rng.normal(size=STEPS).cumsum()
    signal = (features * (np.array([1.0, -0.7, 0.5, 0.2, 0.0]) + walk)[time]).sum(axis=1) + level[time]
    return features, answers(metric, signal, 0.6, rng), time < 0.8 * STEPS, {"time": time}


def make_plain(metric, rng):
    """Rows like any other."""
    count, tested = int(rng.integers(300, 900)), int(rng.integers(150, 900))
    features = rng.normal(size=(count + tested, 5))
    signal = features[:, 0] - 0.5 * features[:, 1] * features[:, 2]
    return features, answers(metric, signal, 0.7, rng), np.arange(count + tested) < count, {}


MAKERS = {"growth": make_growth, "groups": make_groups, "drift": make_drift, "plain": make_plain}


def write_competition(kind, metric, folder, rng):
    """Writes the files; the task and the hidden answers."""
    features, truth, is_train, more = MAKERS[kind](metric, rng)
    names = [f"x{i}" for i in range(features.shape[1])]
    header = ["id", *names, *more]
    is_class = METRICS[metric][0] != "regression"
    cells = [[f"r{i}", *(f"{value:.4f}" for value in features[i]), *(str(int(column[i])) for column in more.values())]
             for i in rng.permutation(len(truth))]
    # Ids tell nothing: they are given in the mixed order.
    places = [int(row[0][1:]) for row in cells]
    for at, row in enumerate(cells):
        row[0] = f"r{at}"
    answer = [str(int(truth[i])) if is_class else f"{truth[i]:.5f}" for i in places]
    train = [row + [y] for row, y, i in zip(cells, answer, places) if is_train[i]]
    tested = [(row, y) for row, y, i in zip(cells, answer, places) if not is_train[i]]
    write(folder, "train.csv", [*header, "y"], train)
    write(folder, "test.csv", header, [row for row, _ in tested])
    write(folder, "sample_submission.csv", ["id", "y"], [[row[0], "0.5"] for row, _ in tested])
    write(folder, "description.md", ["Made."], [])
    named = {f"{name}_column": name if name in more else None for name in ("time", "group")}
    return task_of(metric, folder, **named), np.array([float(y) for _, y in tested])


def write(folder, name, header, records):
    with open(os.path.join(folder, name), "w", newline="") as file:
        csv.writer(file).writerows([header, *records])


def read(folder, name):
    with open(os.path.join(folder, name), newline="") as file:
        return list(csv.DictReader(file))


def ridge(train, answer, test, is_class):
    """Least squares with a small penalty, squares and products where the features are few."""
    wide = [widened(each) for each in (train, test)]
    center, spread = wide[0].mean(axis=0), wide[0].std(axis=0) + 1e-9
    a, b = ((each - center) / spread for each in wide)
    weights = np.linalg.solve(a.T @ a + 1.0 * np.eye(a.shape[1]), a.T @ (answer - answer.mean()))
    found = b @ weights + answer.mean()
    return np.clip(found, 0.02, 0.98) if is_class else found


def widened(features):
    if features.shape[1] > 8:
        return features
    first, second = np.triu_indices(features.shape[1])
    return np.hstack([features, features[:, first] * features[:, second]])


def neighbors(train, answer, test, is_class):
    """The mean of the nearest training rows."""
    distances = ((test[:, None, :] - train[None, :, :]) ** 2).sum(axis=2)
    nearest = np.argpartition(distances, 15, axis=1)[:, :15]
    found = answer[nearest].mean(axis=1)
    return np.clip(found, 0.02, 0.98) if is_class else found


SCRIPTS = {"ridge": ridge, "neighbors": neighbors}


def predictions_on(folder, script, metric):
    """What a script predicts for the rows of a view, float (rows, 1)."""
    train, test = read(folder, "train.csv"), read(folder, "test.csv")
    names = [name for name in test[0] if name.startswith("x") and name in train[0]]
    tables = [np.array([[float(row[name]) for name in names] for row in rows]) for rows in (train, test)]
    answer = np.array([float(row["y"]) for row in train])
    found = SCRIPTS[script](tables[0], answer, tables[1], METRICS[metric][0] != "regression")
    if metric == "accuracy":
        found = (found > 0.5).astype(int)
    return found[:, None]


def projected(kind, metric, script, seed, place):
    """Whether the score to expect, and the sealed score alone, hold the hidden one of a generated competition."""
    rng = seeded(kind, metric, script, seed)
    folder = os.path.join(place, "competition")
    os.mkdir(folder)
    task, hidden = write_competition(kind, metric, folder, rng)
    competition = Competition(task, os.path.join(place, "referee"), seed, None, None)
    views = [fold["view"] for fold in competition.split["folds"]][:competition.split["searchFolds"]]
    for view in [*views, "sealed", HALVED]:
        found = predictions_on(layout.make_view(competition, view), script, metric)
        bank.put_predictions(competition, "a", view, found)
    final = predictions_on(layout.make_view(competition, "final"), script, metric)
    true = float(metrics.score(competition.problem, hidden[:, None], final))
    chosen = choice.choose(competition, [{"id": "a", "expected": 0.0, "spread": 0.0}])
    found = projection.project(competition, "a", views, "a", chosen["interval"])
    holds = [bool(low <= true <= high) for low, high in (found["interval"], chosen["interval"])]
    width = [float(high - low) for low, high in (found["interval"], chosen["interval"])]
    return {"holds": holds[0], "sealed": holds[1], "width": width[0] / max(width[1], 1e-12),
            "strategy": competition.split["strategy"], "true": true, **found}
