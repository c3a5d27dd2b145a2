"""Whether a submission beats the sample submission beyond noise: `compare.py <request as JSON>` in the referee's Python.

The request has `task` (a competition as the program loads it), `answers`, `submission` and `sample`, three paths. The
answer has both scores and the low end of the 95 % interval of the gain, by a bootstrap that draws the same rows for both.
"""

import csv
import json
import os
import sys
import tempfile

import numpy as np


def without_gaps(path, folder):
    """A sample submission may have empty cells, which the referee takes from nobody."""
    copy = os.path.join(folder, os.path.basename(path))
    with open(path, newline="", encoding="utf-8") as source, open(copy, "w", newline="", encoding="utf-8") as target:
        csv.writer(target).writerows([[cell or "-" for cell in row] for row in csv.reader(source)])
    return copy


def as_classes(path, task, folder):
    """Answers that are written 0 and 1 where training says cat and dog."""
    column = task["target_columns"][0]
    with open(os.path.join(task["folder"], task["files"]["train"]), newline="", encoding="utf-8") as file:
        classes = sorted({row.get(column, "") for row in csv.DictReader(file)})
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    cells = {row.get(column) for row in rows}
    if task["type"] != "binary" or cells & set(classes) or not cells <= {"0", "1"}:
        return path
    copy = os.path.join(folder, "answers.csv")
    with open(copy, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows([{**row, column: classes[int(row[column])]} for row in rows])
    return copy


def columns_of(path, names):
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [[row[name] for row in rows] for name in names]


def main(request):
    sys.path.insert(0, request["package"])
    from referee.judging import grade, metrics, validate
    from referee.statistics.bootstrap import Resampler

    task = request["task"]
    with tempfile.TemporaryDirectory() as folder:
        answers = as_classes(request["answers"], task, folder)
        problem, truth, ids = grade.read_answers(task, answers)
        if problem.kind == "label":
            # A sample may show a class that nobody has.
            trained, shown = grade.training_labels(task), columns_of(request["sample"], task["prediction_columns"])
            grade.training_labels = lambda _task: [a + b for a, b in zip(trained, shown)]
            problem, truth, ids = grade.read_answers(task, answers)
    header = ([task["id_column"]] if ids is not None else []) + task["prediction_columns"]
    scores, draws = [], []
    with tempfile.TemporaryDirectory() as folder:
        for path in (request["submission"], without_gaps(request["sample"], folder)):
            read = validate.read_submission(path, problem, header, ids, len(truth), 1 << 30)
            scores.append(float(metrics.score(problem, truth, read)))
            draws.append(np.asarray(Resampler(len(truth), None, [0, 6]).scores(problem, truth, read)))
    sign = 1 if task["metric"]["direction"] == "maximize" else -1
    gains = sign * (draws[0] - draws[1])
    low = float(np.quantile(gains[np.isfinite(gains)], 0.025))
    print(json.dumps({"score": scores[0], "sample": scores[1], "low": low}))


main(json.loads(sys.argv[1]))
