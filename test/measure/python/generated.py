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


def make_ids(metric, rng, among=False):
    """Neighbors by id share what no feature tells; the test comes after, or lies among the training rows."""
    count, run = int(rng.integers(400, 900)), int(rng.integers(4, 12))
    hidden = np.repeat(rng.normal(size=count // run + 1), run)[:count]
    features = rng.normal(size=(count, 5))
    signal = 0.5 * features[:, 0] - 0.3 * features[:, 1] + 1.2 * hidden
    is_train = rng.random(count) < 0.7 if among else np.arange(count) < 0.7 * count
    return features, answers(metric, signal, 0.4, rng), is_train, {"in order": np.arange(count)}


def make_ids_among(metric, rng):
    return make_ids(metric, rng, among=True)


def make_copies(metric, rng):
    """A third of the training rows are there twice, the second time with noise; the test has none of them."""
    count, tested = int(rng.integers(250, 600)), int(rng.integers(200, 500))
    features = rng.normal(size=(count + tested, 5))
    truth = answers(metric, features[:, 0] - 0.5 * features[:, 1] * features[:, 2], 0.9, rng)
    again = rng.permutation(count)[: count // 3]
    noisy = features[again] + 0.01 * rng.normal(size=(len(again), 5))
    is_train = np.arange(len(truth) + len(again)) < count
    is_train[count + tested :] = True
    return np.vstack([features, noisy]), np.concatenate([truth, truth[again]]), is_train, {}


def make_patients(metric, rng):
    """Rows of a patient, whom no task names as a group; the test has other patients."""
    features, truth, is_train, more = make_groups(metric, rng)
    return features, truth, is_train, {"patient": more["group"]}


def make_scenes(metric, rng):
    """Pictures of one scene, which only their names tell; the test has other scenes."""
    features, truth, is_train, more = make_groups(metric, rng)
    return features, truth, is_train, {"picture": more["group"]}


def make_means(metric, rng):
    """A column has the mean answer of the row's street, over the whole training table."""
    streets, size = int(rng.integers(80, 160)), int(rng.integers(4, 8))
    street = rng.permutation(np.repeat(np.arange(streets), size))
    features = rng.normal(size=(len(street), 5))
    truth = answers(metric, features[:, 0] - 0.5 * features[:, 1] + 0.3 * rng.normal(size=streets)[street], 0.8, rng)
    is_train = rng.random(len(street)) < 0.7
    sums = np.bincount(street[is_train], truth[is_train], minlength=streets)
    counts = np.bincount(street[is_train], minlength=streets)
    means = np.where(counts > 0, sums / np.maximum(counts, 1), truth[is_train].mean())
    return features, truth, is_train, {"street": street, "x_mean": means[street]}


MAKERS = {"growth": make_growth, "groups": make_groups, "drift": make_drift, "plain": make_plain}
TRAPS = {"ids": make_ids, "ids-among": make_ids_among, "copies": make_copies, "patients": make_patients,
         "scenes": make_scenes, "means": make_means}


def cell_of(name, value, at):
    """A further cell of a row."""
    if name == "picture":
        return f"pictures/scene{int(value):04d}_{at:05d}.png"
    return f"{value:.5f}" if name.startswith("x") else str(int(value))


def write_competition(kind, metric, folder, rng):
    """Writes the files; the task and the hidden answers."""
    features, truth, is_train, more = {**MAKERS, **TRAPS}[kind](metric, rng)
    in_order = more.pop("in order", None)
    order = rng.permutation(len(truth)) if in_order is None else in_order
    header = ["id", *(f"x{i}" for i in range(features.shape[1])), *more]
    is_class = METRICS[metric][0] != "regression"
    train, tested = [], []
    for at, i in enumerate(order):
        cells = [f"r{at}", *(f"{value:.4f}" for value in features[i]),
                 *(cell_of(name, column[i], at) for name, column in more.items())]
        answer = str(int(truth[i])) if is_class else f"{truth[i]:.5f}"
        (train if is_train[i] else tested).append([*cells, answer])
    tested = [tested[i] for i in rng.permutation(len(tested))]
    write(folder, "train.csv", [*header, "y"], train)
    write(folder, "test.csv", header, [row[:-1] for row in tested])
    write(folder, "sample_submission.csv", ["id", "y"], [[row[0], "0.5"] for row in tested])
    write(folder, "description.md", ["Made."], [])
    named = {f"{name}_column": name if name in more else None for name in ("time", "group")}
    named["media_columns"] = ["picture"] if "picture" in more else []
    return task_of(metric, folder, **named), np.array([float(row[-1]) for row in tested])


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


def exploits(train, test, found, answer):
    """Predictions, moved towards what rows of the same patient, scene or place among the ids, and their likes, have."""
    keys = {"patient": lambda row: row["patient"], "picture": lambda row: row["picture"].rsplit("_", 1)[0]}
    for name, key in keys.items():
        if name in train[0]:
            groups = {}
            for row, y in zip(train, answer):
                groups.setdefault(key(row), []).append(y)
            return np.array([np.mean(groups[key(row)]) * 0.7 + 0.3 * own if key(row) in groups else own
                             for row, own in zip(test, found)])
    places, asked = (np.array([float(row["id"][1:]) for row in rows]) for rows in (train, test))
    nearest = np.argpartition(abs(asked[:, None] - places[None, :]), 3, axis=1)[:, :3]
    return 0.5 * found + 0.5 * answer[nearest].mean(axis=1)


def nearest_row(train, answer, test):
    """The answer of the nearest row, where one is very near."""
    distances = ((test[:, None, :] - train[None, :, :]) ** 2).sum(axis=2)
    return answer[distances.argmin(axis=1)], distances.min(axis=1) < 0.01


def predictions_on(folder, script, metric):
    """What a script predicts for the rows of a view, float (rows, 1). `exploit` uses whatever lies near."""
    train, test = read(folder, "train.csv"), read(folder, "test.csv")
    names = [name for name in test[0] if name.startswith("x") and name in train[0]]
    tables = [np.array([[float(row[name]) for name in names] for row in rows]) for rows in (train, test)]
    answer = np.array([float(row["y"]) for row in train])
    is_class = METRICS[metric][0] != "regression"
    found = SCRIPTS["ridge" if script == "exploit" else script](tables[0], answer, tables[1], is_class)
    if script == "exploit":
        near, is_near = nearest_row(tables[0], answer, tables[1])
        found = np.where(is_near, near, exploits(train, test, found, answer))
        found = np.clip(found, 0.02, 0.98) if is_class else found
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
