"""Scoring a submission against hidden answers, for `mle-star grade`."""

import os

import numpy as np

from referee import tables
from referee.answer_form import plain_columns
from referee.errors import Invalid, Rejected, Undefined, Unsplittable
from referee.judging import metrics, validate
from referee.problem import Problem
from referee.splitting.source import scored_labels, scoring_task
from referee.statistics import intervals
from referee.statistics.bootstrap import Resampler, weighted


def grade(task, answers, submission):
    """
    Score, validity, reason and 95 % interval of one submission. `answers` and `submission` are paths.

    Raises `Invalid` for an answers file that cannot be used.
    """
    problem, truth, ids = read_answers(task, answers)
    header = [task["id_column"]] if ids is not None else []
    header += task["prediction_columns"]
    sample = os.path.join(task["folder"], task["files"]["sample_submission"])
    sample_bytes = os.path.getsize(sample) if os.path.isfile(sample) else 0
    try:
        predictions = validate.read_submission(
            submission, problem, header, ids, len(truth), sample_bytes
        )
        score = metrics.score(problem, truth, predictions)
    except (Rejected, Undefined) as reason:
        return {"score": None, "valid": False, "reason": str(reason), "interval": None}
    draws = Resampler(len(truth), None, [0, 6]).scores(problem, truth, predictions)
    parts = []
    if problem.metric != "custom":
        parts = [intervals.Part(1.0, weighted(problem, truth, predictions), len(truth), None)]
    found = intervals.interval(problem.metric, score, draws, parts)
    return {"score": score, "valid": True, "reason": None, "interval": found}


def read_answers(task, path):
    """The problem, its truth (rows, targets) and its ids (or None); classes are those of training and answers."""
    header = tables.read_header(path)
    names = scoring_task(task)["target_columns"]
    # Answers may be laid out as a submission: the columns of the predictions, or the targets.
    if not all(name in header for name in names):
        names = task["prediction_columns"]
    missing = next((name for name in names if name not in header), None)
    if missing is not None:
        raise Invalid(f"{os.path.basename(path)} has no column {missing!r}")
    id_column = task["id_column"] if task["id_column"] in header else None
    wanted = list(dict.fromkeys(names + ([id_column] if id_column else [])))
    columns, count = tables.read_columns(path, wanted)
    columns = plain_columns(task, columns)
    if count == 0:
        raise Invalid(f"{os.path.basename(path)} has no rows")
    labels = [columns[name] for name in names]
    targets = scoring_task(task)["target_columns"]
    if names != targets and len(names) != len(targets):
        labels = [from_indicators(task, columns, names)]
    trained = training_labels(task)
    try:
        problem = Problem(
            scoring_task(task), [a + b for a, b in zip(labels, trained)] if trained else labels
        )
        truth, known = problem.encode(labels, "answers")
        if trained and problem.kind == "integer":
            problem.encode(trained)
    except Unsplittable as reason:
        raise Invalid(str(reason)) from reason
    if not known.all():
        raise Invalid(f"{os.path.basename(path)}: record {int(np.argmin(known)) + 1} has no answer")
    return problem, truth, columns[id_column] if id_column else None


def from_indicators(task, columns, names):
    """One-hot answers as labels: the column that holds the largest value."""
    table = np.array([[float(cell) for cell in columns[name]] for name in names])
    return [names[j] for j in table.argmax(axis=0)]


def training_labels(task):
    """The targets of the training table, or None when it cannot be read."""
    path = os.path.join(task["folder"], task.get("labels_file") or task["files"]["train"])
    try:
        columns, _ = tables.read_columns(path, task["target_columns"])
        columns = plain_columns(task, columns)
    except (OSError, Invalid, ValueError):
        return None
    return scored_labels(task, [columns[name] for name in task["target_columns"]])
