"""What is divided: the rows of the training table, or the ids of a table of labels, with the cells that matter."""

import os

import numpy as np

from referee import tables
from referee.answer_form import plain_columns
from referee.errors import Unsplittable
from referee.problem import RANKING
from referee.splitting import strategies
from referee.splitting.times import time_names


class Units:
    """
    What is divided. `columns`: name -> cells, one a unit; `ids`: names of the units, or None; `of_train`: int, the
    unit of each record of the training table, -1 for none, or None where each record is a unit; `repeated`: a name
    that several records have, so that they do without, or None.
    """

    def __init__(self, header, columns, ids, of_train=None, repeated=None):
        # Header of the training table.
        self.header = header
        self.columns = columns
        self.ids = ids
        self.of_train = of_train
        self.repeated = repeated
        self.count = len(next(iter(columns.values())))


def read_units(source):
    """
    Reads the table that has the answers, and joins the training table where that is another one.

    Raises `Unsplittable` when a column is missing, an id stands twice among labels, or there are too few rows.
    """
    place = source.labels or source.train
    if os.path.isdir(place):
        raise Unsplittable("the training data are a folder of files, no table")
    what = "table of labels" if source.labels else "training table"
    header = tables.read_header(place)
    task = source.task
    missing = [name for name in task["target_columns"] if name not in header]
    if missing:
        raise Unsplittable(f"the {what} has no target column {missing[0]!r}")
    columns, count = tables.read_columns(place, needed_columns(source, header))
    columns = plain_columns(task, columns)
    if count < strategies.MIN_ROWS:
        raise Unsplittable(f"{count} training rows are too few to hold any back")
    ids = source.compose(columns) if source.is_keyed(header) else None
    if source.labels:
        return join_labels(source, header, columns, ids)
    repeated = None if ids is None else first_duplicate(ids)
    if repeated is None:
        return Units(header, columns, ids)
    if task["metric"]["name"] in RANKING and source.form is None:
        return merge_queries(source, header, columns, ids)
    return Units(header, columns, None, repeated=repeated)


def needed_columns(source, header):
    """Columns that the split needs, as far as a table has them."""
    task = source.task
    names = [*source.key, *time_names(task), task["group_column"], *task["target_columns"]]
    return [name for name in dict.fromkeys([*names, *source.media_columns(header)]) if name in header]


def join_labels(source, header, columns, ids):
    """Units are the labels; what only the training table has of them is read from their first record there."""
    name = source.task["labels_file"]
    if ids is None:
        raise Unsplittable(f"{name} has no column {(source.key or ['id'])[0]!r} that names the rows")
    twice = first_duplicate(ids)
    if twice is not None:
        raise Unsplittable(f"id {twice!r} stands twice in {name}")
    train_header = tables.read_header(source.train)
    if not source.is_keyed(train_header):
        raise Unsplittable(f"the training table has no column {source.key[0]!r} that {name} could be joined by")
    again = [each for each in source.task["target_columns"] if each in train_header]
    if again:
        raise Unsplittable(f"{again[0]!r} stands in the training table and in {name}: which one is it?")
    own = [each for each in needed_columns(source, train_header) if each not in columns]
    found, _ = tables.read_columns(source.train, list(dict.fromkeys([*source.key, *own])))
    places = {unit: i for i, unit in enumerate(ids)}
    of_train = np.array([places.get(unit, -1) for unit in source.compose(found)], dtype=np.int64)
    with_rows = np.zeros(len(ids), dtype=bool)
    with_rows[of_train[of_train >= 0]] = True
    if not with_rows.all():
        lost = ids[int(np.argmin(with_rows))]
        raise Unsplittable(f"id {lost!r} of {name} is not in the training table")
    first = np.zeros(len(ids), dtype=np.int64)
    kept = np.flatnonzero(of_train >= 0)[::-1]
    first[of_train[kept]] = kept
    columns = {**columns, **{each: [found[each][i] for i in first] for each in own}}
    return Units(train_header, columns, ids, of_train)


def merge_queries(source, header, columns, ids):
    """Several training rows for one query are one unit with several right answers."""
    places = {}
    of_train = np.array([places.setdefault(name, len(places)) for name in ids], dtype=np.int64)
    first = np.unique(of_train, return_index=True)[1]
    columns = {name: [cells[i] for i in first] if name not in source.task["target_columns"]
               else join_answers(cells, of_train, len(places)) for name, cells in columns.items()}
    return Units(header, columns, list(places), of_train)


def join_answers(cells, of_train, count):
    """The different answers of each unit, one text."""
    found = [{} for _ in range(count)]
    for cell, unit in zip(cells, of_train):
        if cell:
            found[unit][cell] = None
    return [" ".join(answers) for answers in found]


def first_duplicate(values):
    """The first value that stood before, or None."""
    seen = set()
    for value in values:
        if value in seen:
            return value
        seen.add(value)
    return None
