"""Further tables and files of a view: what belongs to rows outside of it stays out."""

import os
import shutil

import numpy as np

from . import tables
from .faults import Invalid

LINK_BYTES = 1 << 26


def copy(case, name, folder):
    """One file of the competition; a large one becomes a second name of the same file where it can."""
    source = os.path.join(case.task["folder"], name)
    if os.path.isfile(source) and inside(case, source):
        place(source, os.path.join(folder, name))


def inside(case, path):
    """Whether a path, links followed, stays in the competition's folder."""
    root = os.path.realpath(case.task["folder"])
    return os.path.realpath(path).startswith(root + os.sep)


def place(source, target):
    """Copies a file, or links it when it is large and the file system allows."""
    if os.path.lexists(target):
        return
    os.makedirs(os.path.dirname(target), exist_ok=True)
    real = os.path.realpath(source)
    if os.path.getsize(real) >= LINK_BYTES:
        try:
            os.link(real, target)
            return
        except OSError:
            pass  # another file system, or links are not allowed: a copy does as well
    shutil.copyfile(real, target)
    tables.settle(target)


def copy_others(case, folder, rows):
    """Further tables and folders; with `rows`, without what belongs to rows outside the view."""
    kept_apart = {os.path.normpath(case.task["files"][name])
                  for name in ("train", "test", "sample_submission")}
    found = {}
    for name in case.task["files"]["other"]:
        source = os.path.join(case.task["folder"], name)
        if os.path.isdir(source):
            found.update({each: name for each in files_below(case, name) if each not in kept_apart})
        elif os.path.isfile(source) and os.path.normpath(name) not in kept_apart:
            copy_file(case, name, folder, rows)
    copy_found(case, found, folder, rows)


def files_below(case, name):
    """Paths of the files of a folder, in the order of names."""
    root = case.task["folder"]
    for place_, folders, names in os.walk(os.path.join(root, name)):
        folders.sort()
        for each in sorted(names):
            yield os.path.normpath(os.path.relpath(os.path.join(place_, each), root))


def copy_found(case, found, folder, rows):
    """The files of all folders, those of rows to where the rows' part has them."""
    root = case.task["folder"]
    moved = {} if rows is None else case.media(found).targets(rows)
    for each in found:
        target = moved.get(each, each)
        if target is None or not inside(case, os.path.join(root, each)):
            continue
        if each.lower().endswith(".csv"):
            copy_file(case, each, folder, rows)
        else:
            place(os.path.join(root, each), os.path.join(folder, target))


def copy_file(case, name, folder, rows):
    """A further file; a table that speaks of rows by id or answer loses those outside the view."""
    kept = None
    if rows is not None and name.lower().endswith(".csv"):
        kept = kept_records(case, name, rows)
    if kept is None:
        copy(case, name, folder)
        return
    records = tables.rows(os.path.join(case.task["folder"], name))
    header = next(records)
    tables.write(os.path.join(folder, name), header,
                 (record for record, keep in zip(records, kept) if keep))


def kept_records(case, name, rows):
    """Which records of a table a view may see; None for all."""
    path = os.path.join(case.task["folder"], name)
    try:
        header = tables.read_header(path)
        id_column = case.task["id_column"]
        has_answer = any(target in header for target in case.task["target_columns"])
        if id_column in header and case.train_ids is not None:
            return kept_by_id(case, path, rows, has_answer)
        return kept_by_answer(case, path, header, rows) if has_answer else None
    except Invalid:
        # Not a table that can be read here: nothing in it is known to be of a row.
        return None


def kept_by_id(case, path, rows, has_answer):
    """Records of ids in the view; with answers inside, of its training ids alone."""
    id_column = case.task["id_column"]
    found = tables.read_columns(path, [id_column])[0][id_column]
    everywhere = case.all_ids()
    shared = set(found) & everywhere
    of_rows = len(shared) >= 0.9 * len(set(found)) and len(shared) >= 0.02 * len(everywhere)
    if not of_rows and not has_answer:
        return None  # a lookup table whose own ids happen to be called the same
    visible = rows.train if has_answer else np.concatenate([rows.train, rows.valid])
    allowed = {case.train_ids[i] for i in visible}
    return [name in allowed or name not in everywhere for name in found]


def kept_by_answer(case, path, header, rows):
    """A table without ids that repeats training rows, answer included, loses the hidden ones."""
    common = [name for name in case.units.header if name in header]
    train, _ = tables.read_columns(case.source.train, common)
    visible = case.shows(rows.train)
    records = list(zip(*(train[name] for name in common)))
    shown = {record for record, seen in zip(records, visible) if seen}
    hidden = {record for record, seen in zip(records, visible) if not seen} - shown
    other, _ = tables.read_columns(path, common)
    return [record not in hidden for record in zip(*(other[name] for name in common))]
