"""A competition's public files, read as far as the split must know them, and what may be wrong with them."""

import os
import re

from referee import files, tables
from referee.errors import Unsplittable
from referee.splitting.times import time_names
from referee.splitting.units import first_duplicate


class Source:
    """The competition's public files, as far as the split must know them."""

    def __init__(self, task):
        self.task = task
        self.train, self.test, self.sample = (
            os.path.join(task["folder"], task["files"][name])
            for name in ("train", "test", "sample_submission")
        )
        labels = task.get("labels_file")
        self.labels = os.path.join(task["folder"], labels) if labels else None
        self.id_column = task["id_column"]
        # How an id of the submission is made of columns of the tables; None: they have it as it is.
        self.form = task.get("submission_id")
        self.key = self.form["columns"] if self.form else [self.id_column] if self.id_column else []
        self.has_test = os.path.isfile(self.test)

    def hashes(self):
        """Content of the files that decide the split."""
        names = ["train", "test", "sample", *(["labels"] if self.labels else [])]
        return {name: files.sha256(getattr(self, name)) for name in names}

    def is_keyed(self, header):
        """Whether a table names its rows."""
        return bool(self.key) and all(name in header for name in self.key)

    def compose(self, columns):
        """The name of each row."""
        if len(self.key) == 1:
            return list(columns[self.key[0]])
        return [self.form["separator"].join(cells) for cells in zip(*(columns[n] for n in self.key))]

    @property
    def answers(self):
        """Rows of a submission for each unit, by the end of their ids; [None] for the usual one."""
        by_target = self.form is not None and self.form["target"]
        return self.task["target_columns"] if by_target else [None]

    def answer_ids(self, ids):
        """The ids of a submission for units of these names."""
        if self.answers == [None]:
            return list(ids)
        mark = self.form["separator"]
        return [f"{name}{mark}{target}" for name in ids for target in self.answers]

    def read_sample(self):
        """Header, ids (or None) and number of rows of the sample submission."""
        header = tables.read_header(self.sample)
        names = [self.id_column] if self.id_column in header else []
        columns, count = tables.read_columns(self.sample, names)
        return header, columns[names[0]] if names else None, count

    def read_test(self, sample_ids, sample_count):
        """
        Header, the columns of the test table that the split needs, its number of rows, and its unit ids or None.

        Raises `Unsplittable` where its rows are not those of the sample submission.
        """
        if not self.has_test:
            if self.form is not None:
                raise Unsplittable(f"{self.task['files']['test']} is no table, whose ids could be known")
            return [self.id_column] if self.id_column else [], {}, sample_count, sample_ids
        header = tables.read_header(self.test)
        # The id may be the time.
        wanted = dict.fromkeys([*self.key, *time_names(self.task)])
        columns, count = tables.read_columns(self.test, [n for n in wanted if n in header])
        if sample_ids is None:
            if count != sample_count:
                raise Unsplittable(
                    f"test has {count} rows but the sample submission {sample_count}, without ids"
                )
            return header, columns, count, None
        if not self.is_keyed(header):
            self.check_row_order(header, count, sample_ids)
            return header, columns, count, None
        ids = self.compose(columns)
        if self.labels:
            ids = list(dict.fromkeys(ids))
        check_ids(self.answer_ids(ids), sample_ids)
        return header, columns, count, ids

    def check_row_order(self, header, count, sample_ids):
        """An id that only the sample has counts the rows of the test table, unless its own columns contradict that."""
        if self.form is not None or self.labels:
            lacks = next(name for name in self.key if name not in header)
            raise Unsplittable(f"the test table has no column {lacks!r}")
        if self.id_column in tables.read_header(self.train) or count != len(sample_ids):
            raise Unsplittable(f"the test table has no column {self.id_column!r}")
        check_ids(sample_ids, sample_ids)
        twin = next((name for name in header if folded(name) == folded(self.id_column)), None)
        if twin is not None and tables.read_columns(self.test, [twin])[0][twin] != sample_ids:
            raise Unsplittable(
                f"the test table has no column {self.id_column!r}, and its column {twin!r}"
                " does not hold the ids of the sample submission in their order"
            )

    def media_columns(self, header):
        """Columns with a path to a file of the row."""
        return [name for name in self.task["media_columns"] if name in header]


def scoring_task(task):
    """The task as the metric sees it: where an id names the target, all targets are one column."""
    form = task.get("submission_id")
    if not (form and form["target"]):
        return task
    return {**task, "target_columns": task["prediction_columns"]}


def scored_labels(task, labels):
    """The answers as the metric sees them: one list a column."""
    form = task.get("submission_id")
    if not (form and form["target"]):
        return labels
    return [[cell for cells in zip(*labels) for cell in cells]]


def folded(name):
    """A column name without what people vary: case and separators."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


def check_ids(test_ids, sample_ids):
    """Test and sample submission must have the same ids, each once; raises `Unsplittable`."""
    twice = first_duplicate(sample_ids)
    if twice is not None:
        raise Unsplittable(f"id {twice!r} stands twice in the sample submission")
    test, sample = set(test_ids), set(sample_ids)
    missing = next((name for name in test_ids if name not in sample), None)
    if missing is not None:
        raise Unsplittable(f"id {missing!r} of the test table is not in the sample submission")
    extra = next((name for name in sample_ids if name not in test), None)
    if extra is not None:
        raise Unsplittable(f"id {extra!r} of the sample submission is not in the test table")
    if len(test_ids) != len(sample_ids):
        raise Unsplittable("ids stand more than once in the test table")


def name_leak(columns, media, labels):
    """The column whose paths name the class (`train/cat/1.png`, `train/cat.1.png`, `train/1_cat.png`), or None.

    `columns`: name -> cells; `media`: names of the columns to look at; `labels`: the class of each row as text.
    """
    for name in media:
        for part in (os.path.dirname, first_word, last_word):
            answers = {}
            for path, label in zip(columns[name], labels):
                answers.setdefault(part(path), set()).add(label)
            few = 1 < len(answers) <= len(labels) / 2
            if few and all(len(found) == 1 for found in answers.values()):
                return name
    return None


def first_word(path):
    """What a file's name begins with: letters up to the first digit or mark."""
    return re.match(r"[^\W\d_]*", os.path.basename(path)).group()


def last_word(path):
    """What a file's name ends with: what stands after its last mark."""
    return re.split(r"[-_.]", os.path.splitext(os.path.basename(path))[0])[-1]


def check_sample(task, header):
    """A submission has the id column and the prediction columns, nothing else; raises `Unsplittable`."""
    known = {task["id_column"], *task["prediction_columns"]}
    extra = [name for name in header if name not in known]
    missing = [name for name in task["prediction_columns"] if name not in header]
    if missing:
        raise Unsplittable(f"the sample submission has no column {missing[0]!r}")
    if extra:
        raise Unsplittable(
            f"the sample submission has the column {extra[0]!r}, neither id nor prediction"
        )
