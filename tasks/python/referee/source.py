"""The competition's public files, read as far as the split must know them, and what may be wrong with them."""

import os

from . import files, split, tables
from .faults import Unsplittable


class Source:
    """The competition's public files, as far as the split must know them."""

    def __init__(self, task):
        self.task = task
        self.train, self.test, self.sample = (
            os.path.join(task["folder"], task["files"][name])
            for name in ("train", "test", "sample_submission")
        )
        self.id_column = task["id_column"]
        self.has_test = os.path.isfile(self.test)

    def hashes(self):
        """Content of the three files."""
        return {name: files.sha256(getattr(self, name)) for name in ("train", "test", "sample")}

    def read_sample(self):
        """Header, ids (or None) and number of rows of the sample submission."""
        header = tables.read_header(self.sample)
        names = [self.id_column] if self.id_column in header else []
        columns, count = tables.read_columns(self.sample, names)
        return header, columns[names[0]] if names else None, count

    def read_test(self, sample_ids, sample_count):
        """Header and the columns of the test table that the split needs; rows must be the sample's."""
        if not self.has_test:
            return [self.id_column] if self.id_column else [], {}, sample_count
        header = tables.read_header(self.test)
        wanted = [self.id_column, self.task["time_column"]]
        columns, count = tables.read_columns(self.test, [n for n in wanted if n in header])
        if sample_ids is None:
            if count != sample_count:
                raise Unsplittable(
                    f"test has {count} rows but the sample submission {sample_count}, without ids"
                )
            return header, columns, count
        if self.id_column not in columns:
            self.check_row_order(header, count, sample_ids)
            return header, columns, count
        check_ids(columns[self.id_column], sample_ids)
        return header, columns, count

    def check_row_order(self, header, count, sample_ids):
        """An id that only the sample has counts the rows of the test table, unless something speaks against it."""
        if self.id_column in tables.read_header(self.train) or count != len(sample_ids):
            raise Unsplittable(f"the test table has no column {self.id_column!r}")
        check_ids(sample_ids, sample_ids)
        twin = next((name for name in header if folded(name) == folded(self.id_column)), None)
        if twin is not None and tables.read_columns(self.test, [twin])[0][twin] != sample_ids:
            raise Unsplittable(
                f"the test table has no column {self.id_column!r}, and its column {twin!r}"
                " does not hold the ids of the sample submission in their order"
            )

    def read_train(self):
        """The columns of the training table that the split needs."""
        header = tables.read_header(self.train)
        missing = [name for name in self.task["target_columns"] if name not in header]
        if missing:
            raise Unsplittable(f"the training table has no target column {missing[0]!r}")
        optional = [self.id_column, self.task["time_column"], self.task["group_column"]]
        names = [name for name in optional if name in header] + self.task["target_columns"]
        columns, count = tables.read_columns(
            self.train, list(dict.fromkeys(names + self.media_columns(header)))
        )
        if count < split.LEAST_ROWS:
            raise Unsplittable(f"{count} training rows are too few to hold any back")
        if self.id_column in columns:
            twice = first_duplicate(columns[self.id_column])
            if twice is not None:
                raise Unsplittable(f"id {twice!r} stands twice in the training table")
        return header, columns, count

    def media_columns(self, header):
        """Columns with a path to a file of the row."""
        return [name for name in self.task["media_columns"] if name in header]


def folded(name):
    """A column name without what people vary: case and separators."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


def first_duplicate(values):
    """The first value that stood before, or None."""
    seen = set()
    for value in values:
        if value in seen:
            return value
        seen.add(value)
    return None


def check_ids(test_ids, sample_ids):
    """Test and sample submission must speak of the same rows."""
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


def check_paths(columns, media, labels):
    """A media path that names the class (`train/cat/1.png`) would tell it to the validation rows."""
    for name in media:
        answers = {}
        for path, label in zip(columns[name], labels):
            answers.setdefault(os.path.dirname(path), set()).add(label)
        if 1 < len(answers) <= 1000 and all(len(found) == 1 for found in answers.values()):
            raise Unsplittable(f"the folders in column {name} give the answer away")


def check_sample(task, header):
    """A submission has the id column and the prediction columns, nothing else."""
    known = {task["id_column"], *task["prediction_columns"]}
    extra = [name for name in header if name not in known]
    missing = [name for name in task["prediction_columns"] if name not in header]
    if missing:
        raise Unsplittable(f"the sample submission has no column {missing[0]!r}")
    if extra:
        raise Unsplittable(
            f"the sample submission has the column {extra[0]!r}, neither id nor prediction"
        )
