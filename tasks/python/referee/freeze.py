"""From a competition's files to a frozen split: read once, decided once, kept with a hash."""

import hashlib
import json
import os

import numpy as np

from . import custom, files, split, tables
from .faults import Invalid, Unsplittable
from .problem import Problem

VERSION = 1


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
            raise Unsplittable(f"the test table has no column {self.id_column!r}")
        check_ids(columns[self.id_column], sample_ids)
        return header, columns, count

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


def freeze(task, folder, seed, subsample, max_folds):
    """Makes labels and split under `folder`, the commit mark `split.json` last. Returns its content."""
    source = Source(task)
    hashes = source.hashes()
    inputs = {
        "version": VERSION,
        "data": hashes,
        "seed": seed,
        "subsample": subsample,
        "maxFolds": max_folds,
        "task": {key: value for key, value in task.items() if key not in ("folder", "description")},
    }
    frozen = files.read_json(os.path.join(folder, "split.json"))
    if frozen is not None:
        if frozen["inputs"] != inputs:
            changed = [key for key in inputs if frozen["inputs"].get(key) != inputs[key]]
            raise Invalid(
                f"the split was frozen for other inputs ({', '.join(changed)} changed):"
                " start a new run"
            )
        return frozen
    try:
        frozen = divide(source, folder, seed, subsample, max_folds)
    except Unsplittable as reason:
        frozen = self_reported(source, folder, str(reason))
    frozen["inputs"] = inputs
    digest = hashlib.sha256(json.dumps([frozen["split"], inputs], sort_keys=True).encode())
    digest.update(frozen["rows"].encode())
    frozen["split"]["hash"] = digest.hexdigest()
    files.write_json(os.path.join(folder, "split.json"), frozen)
    return frozen


def self_reported(source, folder, why):
    """No split: only the form of the final submission is judged."""
    header, ids, count = source.read_sample()
    rows = count_rows(source.train)
    files.write_arrays(label_file(folder, "final"), **final_arrays(ids, count))
    summary = {
        "kind": "self-reported",
        "strategy": "none",
        "why": f"the referee cannot split this competition: {why}",
        "folds": [],
        "searchFolds": 0,
        "sealedRows": 0,
        "trainRows": rows,
        "testRows": count,
        "subsample": None,
    }
    return {"split": summary, "rows": "", "sampleHeader": header, "labels": None, "hasIds": ids is not None}


def count_rows(path):
    """Records of a CSV file; 0 when there is no such file."""
    try:
        return tables.read_columns(path, [])[1] if os.path.isfile(path) else 0
    except Invalid:
        return 0


def final_arrays(ids, count):
    """The final view has ids but no answers."""
    return {"count": np.array(count), **({} if ids is None else {"ids": np.array(ids, dtype=str)})}


def label_file(folder, view):
    """Where the answers of a view are; never inside a folder that a solution sees."""
    return os.path.join(folder, "labels", f"{view}.npz")


def divide(source, folder, seed, subsample, max_folds):
    """Decides the split, writes the answers of each view, and returns what is kept beside them."""
    task = source.task
    header, columns, count = source.read_train()
    sample_header, sample_ids, sample_count = source.read_sample()
    check_sample(task, sample_header)
    test_header, test_columns, test_count = source.read_test(sample_ids, sample_count)
    labels = [columns[name] for name in task["target_columns"]]
    problem = Problem(task, labels)
    check_paths(columns, source.media_columns(header), labels[0])
    truth, known = problem.encode(labels)
    if known.sum() < split.LEAST_ROWS:
        raise Unsplittable(f"{int(known.sum())} training rows with an answer are too few")
    if problem.metric == "custom" and len(problem.columns) == truth.shape[1]:
        # A metric.py that cannot score the answers themselves is broken: better told now than later.
        custom.scores(problem, truth[known][:100], [truth[known][:100]])
    groups = code_groups(columns.get(task["group_column"]))
    times, test_times = time_columns(task, columns, test_columns)
    rng = np.random.Generator(np.random.PCG64([seed, 1]))
    folds = min(split.FOLDS, max_folds or split.FOLDS)
    strategy, why, views = split.choose(problem, truth, known, groups, times, test_times, folds, rng)
    if not split.defined(problem, truth, views):
        raise Unsplittable("a part of the training rows would hold one class only")
    strata, _ = split.strata_of(problem, truth, known)
    synthetic = sample_ids is not None and task["id_column"] not in columns
    arrays = {}
    for number, (view, (train, valid)) in enumerate(sorted(views.items())):
        valid = valid[known[valid]]
        draw = np.random.Generator(np.random.PCG64([seed, 2, number]))
        train = split.cap_rows(train, subsample, strategy, strata, times, groups, draw)
        arrays[f"train_{view}"], arrays[f"valid_{view}"] = train, valid
        ids = None if sample_ids is None else (
            [str(i) for i in range(len(valid))] if synthetic
            else [columns[task["id_column"]][i] for i in valid]
        )
        answers = final_arrays(ids, len(valid))
        if strategy == "group":
            answers["groups"] = groups[valid]
        files.write_arrays(label_file(folder, view), truth=truth[valid], **answers)
    files.write_arrays(label_file(folder, "final"), **final_arrays(sample_ids, sample_count))
    files.write_arrays(os.path.join(folder, "labels", "rows.npz"), **arrays)
    search = split.search_folds(count)
    names = [view for view in views if view != "sealed"]
    searched = min(search, len(names))
    more = len(names) - searched
    how = (
        f"{why}; {'one fold judges' if searched == 1 else f'{searched} folds judge'} every solution"
        + (f", {more} more settle near-ties" if more else "")
        + ("; the training table has no ids, so validation rows are numbered" if synthetic else "")
    )
    summary = {
        "kind": "holdout" if searched == 1 else "k-fold",
        "strategy": strategy,
        "why": how,
        "folds": [
            {
                "view": view,
                "trainRows": len(arrays[f"train_{view}"]),
                "validRows": len(arrays[f"valid_{view}"]),
            }
            for view in names
        ],
        "searchFolds": searched,
        "sealedRows": len(arrays["valid_sealed"]),
        "trainRows": count,
        "testRows": test_count,
        "subsample": subsample,
    }
    return {
        "split": summary,
        "rows": rows_hash(arrays),
        "sampleHeader": sample_header,
        "testHeader": test_header,
        "labels": [split_labels(problem, column) for column in labels],
        "synthetic": synthetic,
        "hasIds": sample_ids is not None,
    }


def split_labels(problem, column):
    """The known answers of a target as far as reading a submission needs them: classes or the range."""
    if problem.kind in ("free", "ranking", "number"):
        return []
    return sorted(set(column))


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


def code_groups(values):
    """Groups as codes; a row without a group is a group of its own."""
    if values is None:
        return None
    named = [value if value else f"\0{i}" for i, value in enumerate(values)]
    return np.unique(named, return_inverse=True)[1]


def time_columns(task, columns, test_columns):
    """Times of training and test rows on one scale, or None."""
    name = task["time_column"]
    if name not in columns or name not in test_columns:
        return None, None
    train, test = columns[name], test_columns[name]
    together = split.to_times([*train, *test])
    if together is None:
        return None, None
    return together[: len(train)], together[len(train) :]


def rows_hash(arrays):
    """Hash of which row is where."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(arrays[name], dtype=np.int64).tobytes())
    return digest.hexdigest()
