"""A submission of the same prediction in every row: what stands before a script has made one."""

import os
import shutil

import numpy as np

from referee.blending.recipe import write_submission
from referee.errors import Rejected, Undefined
from referee.judging import grade, judge, metrics
from referee.statistics.pooled_scores import shares


def write_constant(competition):
    """
    Path of a valid submission from the training targets alone, or of the sample submission where the metric is the
    competition's own or nothing else is valid; None where that is not valid either.
    """
    path = os.path.join(competition.folder, "constant.csv")
    predictions = constant_predictions(competition)
    if predictions is not None:
        header, ids = competition.frozen["sampleHeader"], competition.ids("final")
        write_submission(path, competition.problem, header, ids, predictions)
        exact = exact_file(competition, path)
        if exact is not None:
            return exact
    shutil.copyfile(competition.source.sample, path)
    return exact_file(competition, path)


def exact_file(competition, path):
    """The file, or the one of its exact text where it differs, as of any submission; None where it is not valid."""
    try:
        read = judge.in_sample_form(competition, judge.read_form(competition, "final", path))
    except Rejected:
        return None
    if not read.notes:
        return path
    judge.write_exact(competition, "final", read, path)
    return judge.exact_path(path)


def constant_predictions(competition):
    """The best row of predictions for every row of the test table, (rows, columns); None where it cannot be told."""
    problem = competition.problem
    labels = grade.training_labels(competition.task)
    if not competition.splittable or problem.kind == "free" or labels is None:
        return None
    truth, known = problem.encode(labels)
    return np.tile(best_row(problem, truth[known]), (competition.count("final"), 1))


def constant_scores(competition, views):
    """
    What the same predictions in every row score, on the search `views` together and on the sealed rows: a solution
    that is no better has learned nothing. None where no constant can be told or the metric has no value.
    """
    if not competition.splittable or competition.problem.kind == "free":
        return {"search": None, "sealed": None}
    problem = competition.problem
    truth, known = problem.encode(grade.training_labels(competition.task))
    row = best_row(problem, truth[known])

    def score(names):
        try:
            return sum(share * metrics.score(problem, competition.truth(view), np.tile(row, (competition.count(view), 1)))
                       for view, share in zip(names, shares(competition, names)))
        except Undefined:
            return None

    return {"search": score(views), "sealed": score(["sealed"])}


def best_row(problem, truth):
    """One prediction for all. `truth`: known answers (rows, targets)."""
    if problem.kind == "ranking":
        items, counts = np.unique([item for text in truth[:, 0] for item in text.split()], return_counts=True)
        return np.array([" ".join(items[np.argsort(-counts, kind="stable")][: problem.k])])
    if problem.kind in ("distribution", "class-score"):
        return np.bincount(truth[:, 0].astype(int), minlength=len(problem.columns)) / len(truth)
    return np.array([best_value(problem, column) for column in truth.T])


def best_value(problem, column):
    """One prediction of one target."""
    if problem.kind == "label":
        return np.bincount(column.astype(int)).argmax()
    if problem.kind == "integer":
        return np.sort(column)[len(column) // 2]
    if problem.metric in ("rmsle", "msle"):
        return np.expm1(np.log1p(column).mean())
    if problem.metric in ("mae", "smape", "wmape"):
        return np.median(column)
    if problem.metric == "pinball":
        return np.quantile(column, problem.quantile)
    if problem.metric == "mape":
        return weighted_median(column)
    return column.mean()


def weighted_median(column):
    """What has the least error relative to the truth: each answer counts by one over its size."""
    order = np.sort(column[column != 0]) if (column != 0).any() else column
    weights = np.cumsum(1 / np.maximum(np.abs(order), 1e-12))
    return order[np.searchsorted(weights, weights[-1] / 2)]
