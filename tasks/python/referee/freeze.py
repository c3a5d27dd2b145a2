"""From a competition's files to a frozen split: read once, decided once, kept with a hash."""

import hashlib
import json
import os

import numpy as np

from . import custom, files, split, tables
from .faults import Invalid, Unsplittable
from .problem import Problem
from .source import Source, check_paths, check_sample

VERSION = 1


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
    return {"split": summary, "rows": "", "sampleHeader": header, "labels": None}


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
    truth, known = encode(problem, labels)
    groups = code_groups(columns.get(task["group_column"]))
    times, test_times = time_columns(task, columns, test_columns)
    rng = np.random.Generator(np.random.PCG64([seed, 1]))
    folds = min(split.FOLDS, max_folds or split.FOLDS)
    strategy, why, views = split.choose(problem, truth, known, groups, times, test_times, folds, rng)
    if not split.defined(problem, truth, views):
        raise Unsplittable("a part of the training rows would hold one class only")
    views = {view: (train, valid[known[valid]]) for view, (train, valid) in views.items()}
    strata, _ = split.strata_of(problem, truth, known)
    for number, view in enumerate(sorted(views)):
        draw = np.random.Generator(np.random.PCG64([seed, 2, number]))
        train, valid = views[view]
        views[view] = (
            split.cap_rows(train, subsample, strategy, strata, times, groups, draw), valid
        )
    synthetic = sample_ids is not None and task["id_column"] not in columns
    numbered = sample_ids is None or synthetic
    train_ids = None if numbered else columns[task["id_column"]]
    kept_groups = groups if strategy == "group" else None
    start = first_number(sample_ids) if synthetic else None
    write_labels(folder, views, truth, kept_groups, train_ids, start)
    files.write_arrays(label_file(folder, "final"), **final_arrays(sample_ids, sample_count))
    arrays = row_arrays(views)
    files.write_arrays(os.path.join(folder, "labels", "rows.npz"), **arrays)
    if synthetic:
        only = task["id_column"] not in test_header
        why += (
            f"; only the sample submission has {task['id_column']}, which counts the rows of test"
            if only
            else "; the training table has no ids, so validation rows are numbered"
        )
    summary = {
        **describe(views, strategy, why, count),
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
    }


def encode(problem, labels):
    """Truth and which rows have one; a metric.py that cannot score the answers themselves is told now."""
    truth, known = problem.encode(labels)
    if known.sum() < split.LEAST_ROWS:
        raise Unsplittable(f"{int(known.sum())} training rows with an answer are too few")
    if problem.metric == "custom" and len(problem.columns) == truth.shape[1]:
        custom.scores(problem, truth[known][:100], [truth[known][:100]])
    return truth, known


def first_number(ids):
    """Where a counter starts that the sample submission counts its rows by; 0 when it has none."""
    start = ids[0] if ids else ""
    if not (start.isascii() and start.isdigit() and str(int(start)) == start):
        return 0
    return int(start) if ids == [str(int(start) + i) for i in range(len(ids))] else 0


def write_labels(folder, views, truth, groups, train_ids, start):
    """The answers of each view, with the ids of its rows: their own, numbers, or none."""
    for view, (_, valid) in views.items():
        ids = None if start is None else [str(start + i) for i in range(len(valid))]
        if train_ids is not None:
            ids = [train_ids[i] for i in valid]
        answers = final_arrays(ids, len(valid))
        if groups is not None:
            answers["groups"] = groups[valid]
        files.write_arrays(label_file(folder, view), truth=truth[valid], **answers)


def row_arrays(views):
    """Which row is where, by name of view and side."""
    arrays = {}
    for view, (train, valid) in views.items():
        arrays[f"train_{view}"], arrays[f"valid_{view}"] = train, valid
    return arrays


def describe(views, strategy, why, count):
    """The part of the split that a person reads."""
    names = [view for view in views if view != "sealed"]
    searched = min(split.search_folds(count), len(names))
    more = len(names) - searched
    judges = "one fold judges" if searched == 1 else f"{searched} folds judge"
    return {
        "kind": "holdout" if searched == 1 else "k-fold",
        "strategy": strategy,
        "why": f"{why}; {judges} every solution"
        + (f", {more} more settle near-ties" if more else ""),
        "folds": [
            {"view": view, "trainRows": len(views[view][0]), "validRows": len(views[view][1])}
            for view in names
        ],
        "searchFolds": searched,
        "sealedRows": len(views["sealed"][1]),
    }


def split_labels(problem, column):
    """The known answers of a target as far as reading a submission needs them: classes or the range."""
    if problem.kind in ("free", "ranking", "number"):
        return []
    return sorted(set(column))


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
