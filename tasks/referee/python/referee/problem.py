"""What is predicted, in which form, and what the truth looks like."""

import math
import os
import re

import numpy as np

from referee.errors import Invalid, Unsplittable
from referee.judging.exact_text import ExactTexts

LABEL = {"accuracy", "balanced_accuracy", "f1", "f1_macro", "f1_micro", "f1_weighted", "fbeta", "jaccard", "mcc"}
NUMBER = {"rmse", "mse", "rmsle", "msle", "rmspe", "mae", "mape", "wmape", "smape", "pinball", "r2", "pearson",
          "spearman"}
# Metrics of the logarithm of 1 + the number.
LOGARITHMIC = {"rmsle", "msle"}
RANKING = {"map_at_k", "ndcg_at_k", "top_k_accuracy"}
# Of probabilities, and of scores whose order alone counts.
PROBABILITY = {"log_loss", "balanced_log_loss", "brier"}
SCORE = {"roc_auc", "roc_auc_macro", "roc_auc_columns", "gini", "average_precision"}
# What reading a submission takes of a problem, beside its labels.
FACTS = ("metric", "type", "k", "kind", "id_column", "targets", "columns", "classes", "low", "high", "answer_form")


def as_number(text):
    """The finite number a text stands for, else None."""
    if "_" in text:
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def sorted_labels(values):
    """Labels in their natural order: numbers by size, else texts."""
    labels = set(values)
    if all(as_number(label) is not None for label in labels):
        return sorted(labels, key=lambda label: (as_number(label), label))
    return sorted(labels)


class Codes:
    """Codes of classes; a class may also be written in another way (`1` and `1.0`, `TRUE` and `True`)."""

    def __init__(self, classes):
        self.codes = {label: code for code, label in enumerate(classes)}
        self.texts = ExactTexts(classes)

    def find(self, text):
        """The code of a label, or None for an unknown one."""
        return self.codes.get(text if text in self.codes else self.texts.find(text))


def class_of_columns(columns, labels):
    """For a column-per-class submission: the label of each column, or None when they do not fit."""
    prefix = os.path.commonprefix(columns)
    cuts = (0, len(prefix), prefix.rfind("_") + 1)
    named = [[column[cut:] for column in columns] for cut in cuts]
    for names in named:
        codes = Codes(names)
        if all(codes.find(label) is not None for label in labels):
            return names
    return next(filter(None, (spelled_alike(names, labels) for names in named)), None)


def spelled_alike(names, labels):
    """The labels of names that differ from them in case and separators only, as `Class 1` from `class_1`; or None."""
    by_spelling = {spelling(label): label for label in labels}
    spelled = {spelling(name) for name in names}
    if len(by_spelling) < len(labels) or len(spelled) < len(names) or not spelled.issuperset(by_spelling):
        return None
    return [by_spelling.get(spelling(name), name) for name in names]


def spelling(text):
    return re.sub(r"[\s._-]+", " ", text.lower()).strip()


class Problem:
    """
    The shape of a competition's answers and submissions, from its task and its training labels (a list of texts for
    each target). `kind` says what a prediction is: `free` or `ranking` (text), `label` (class code), `integer`,
    `number`, `probability` or `score` (of the second class, one column a target), `distribution` or `class-score` (one
    column a class). Raises `Unsplittable` when submission, labels and metric do not fit together.
    """

    def __init__(self, task, labels):
        self.task = task
        self.metric = task["metric"]["name"]
        self.direction = task["metric"]["direction"]
        self.k = task["metric"]["k"] or 5
        self.beta, self.quantile = (self._parameter(task["metric"], *each)
                                    for each in (("fbeta", "beta"), ("pinball", "quantile")))
        self.sign = 1.0 if self.direction == "maximize" else -1.0
        self.id_column = task["id_column"]
        self.targets = task["target_columns"]
        self.columns = task["prediction_columns"]
        self.type = task["type"]
        self.answer_form = task.get("answer_form")
        self.metric_file = (
            os.path.join(task["folder"], task["metric_file"]) if task["metric_file"] else None
        )
        if self.metric == "custom" and self.metric_file is None:
            raise Invalid("metric custom needs metric_file in task.yaml")
        self.classes = None
        self.low, self.high = None, None
        self.kind = self._kind(labels)
        # The labels that each column of a submission may show, where it shows labels.
        self.labels = self._labels(labels)

    def facts(self):
        """All that reading and blending submissions takes, as plain data: `from_facts` makes the same of it elsewhere."""
        labels = self.labels and [sorted(texts.texts) for texts in self.labels]
        task = {"submission_id": self.task.get("submission_id")}
        return {**{name: getattr(self, name) for name in FACTS}, "labels": labels, "task": task}

    @classmethod
    def from_facts(cls, facts):
        """The problem without its competition: for submissions only, since it has no answers to encode."""
        problem = cls.__new__(cls)
        problem.__dict__.update(facts)
        problem.labels = facts["labels"] and [ExactTexts(texts) for texts in facts["labels"]]
        return problem

    def _labels(self, labels):
        per_class = len(self.targets) == 1 and len(self.columns) > 1
        of_free = self.kind == "free" and self.type in ("binary", "multiclass") and not per_class
        if self.kind not in ("label", "integer", "ranking") and not of_free:
            return None
        split = self.kind == "ranking"
        return [ExactTexts(word for text in column if text for word in (text.split() if split else [text]))
                for column in self._of_columns(labels)]

    def _of_columns(self, labels):
        """The labels of the target that each prediction column is of."""
        if set(self.targets) != set(self.columns):
            return labels
        return [labels[self.targets.index(name)] for name in self.columns]

    def _kind(self, labels):
        per_class = len(self.targets) == 1 and len(self.columns) > 1
        if not per_class and len(self.targets) != len(self.columns):
            raise Unsplittable(
                f"the submission has {len(self.columns)} prediction columns"
                f" but the training table {len(self.targets)} target columns"
            )
        if self.metric == "custom":
            return "free"
        if self.metric in RANKING and not per_class:
            return "ranking"
        if self.metric in RANKING - {"top_k_accuracy"}:
            return self._refuse("one column of ranked predictions")
        if per_class:
            return self._per_class(labels)
        self.columns = self._in_order_of_targets()
        if self.metric in LABEL:
            self.classes = self._positive_last(sorted_labels(value for column in labels for value in column if value))
            return "label"
        if self.metric == "quadratic_kappa":
            return "integer"
        if self.metric in NUMBER:
            return "number"
        if self.metric == "roc_auc_macro":
            return self._refuse("one column for each class")
        self.classes = [self._two_classes(j, column) for j, column in enumerate(labels)]
        return "probability" if self.metric in PROBABILITY else "score"

    def _parameter(self, metric, of, name):
        if self.metric == of and metric.get(name) is None:
            raise Invalid(f"metric {of} needs {name} in task.yaml")
        return metric.get(name)

    def _in_order_of_targets(self):
        return self.targets if set(self.targets) == set(self.columns) else self.columns

    def _refuse(self, expected):
        raise Unsplittable(f"metric {self.metric} needs {expected} in the submission")

    def _per_class(self, labels):
        self.classes = class_of_columns(self.columns, {value for value in labels[0] if value})
        if self.classes is None:
            known = ", ".join(sorted_labels(v for v in labels[0] if v)[:5])
            raise Unsplittable(
                f"the prediction columns ({', '.join(self.columns[:5])}) are not the classes"
                f" of {self.targets[0]} ({known})"
            )
        if self.metric in SCORE:
            return "class-score"
        if self.metric in PROBABILITY | LABEL | {"top_k_accuracy"}:
            return "distribution"
        return self._refuse("one prediction column for each target column")

    def _two_classes(self, j, column):
        labels = sorted_labels(value for value in column if value)
        if len(labels) != 2:
            raise Unsplittable(
                f"metric {self.metric} needs two classes in {self.targets[j]},"
                f" the training table has {len(labels)}"
            )
        if self.task.get("positive_class") is not None:
            return self._positive_last(labels)
        # A column named after one class gives the probability of that class.
        return labels[::-1] if self.columns[j] == labels[0] else labels

    def _positive_last(self, labels):
        """Two classes, the one that the task calls positive last."""
        positive = self.task.get("positive_class")
        if positive is None or len(labels) != 2:
            return labels
        if positive not in labels:
            raise Invalid(f"task.yaml: positive_class is {positive!r}, but {self.targets[0]} has {' and '.join(labels)}")
        return [label for label in labels if label != positive] + [positive]

    def encode(self, labels, where="train"):
        """
        Truth (records, targets) as numbers, class codes or text, and which records have an answer, bool (records,).

        `labels`: a list of texts for each target; `where` names the table in messages. Raises `Invalid` for an unknown
        class, `Unsplittable` for a value that the metric cannot score.
        """
        known = np.array([all(cells) for cells in zip(*labels)], dtype=bool)
        if self.kind in ("free", "ranking"):
            return np.array(list(zip(*labels)), dtype=str).reshape(len(known), -1), known
        encoded = [self._encode(j, column, known, where) for j, column in enumerate(labels)]
        truth = np.column_stack(encoded)
        if self.kind == "integer":
            values = truth[known]
            self.low = int(values.min()) if self.low is None else min(self.low, int(values.min()))
            self.high = int(values.max()) if self.high is None else max(self.high, int(values.max()))
        return truth, known

    def _encode(self, j, column, known, where):
        if self.kind in ("number", "integer"):
            return self._numbers(j, column, known, where)
        classes = self.classes[j] if self.kind in ("probability", "score") else self.classes
        codes = Codes(classes)
        values = np.zeros(len(column), dtype=np.int64)
        for i, text in enumerate(column):
            if not known[i]:
                continue
            code = codes.find(text)
            if code is None:
                raise Invalid(
                    f"{where}: {self.targets[j]} has the unknown class {text!r} in record {i + 1}"
                )
            values[i] = code
        return values

    def _numbers(self, j, column, known, where):
        values = np.zeros(len(column))
        for i, text in enumerate(column):
            if not known[i]:
                continue
            value = as_number(text)
            if value is None or (self.kind == "integer" and value != int(value)):
                wanted = "an integer" if self.kind == "integer" else "a number"
                raise Unsplittable(
                    f"{where}: {self.targets[j]} is {text!r} in record {i + 1},"
                    f" metric {self.metric} needs {wanted}"
                )
            if self.metric in LOGARITHMIC and value < 0:
                raise Unsplittable(
                    f"{where}: {self.targets[j]} is {text} in record {i + 1},"
                    f" metric {self.metric} needs values of 0 or more"
                )
            values[i] = value
        return values
