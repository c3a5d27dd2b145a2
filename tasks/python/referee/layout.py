"""The `input/` of a view: the layout of the real files, without an answer that must stay hidden."""

import os
import shutil

import numpy as np

from . import files, tables
from .faults import Invalid
from .problem import as_number

LINK_BYTES = 1 << 26


def make_view(case, view):
    """The folder of a view, made whole or not at all; kept once it is there."""
    path = os.path.join(case.folder, "views", view)
    if not os.path.isdir(path):
        files.make_folder(path, lambda folder: fill(case, view, folder))
    return path


def fill(case, view, folder):
    """Tables first, then everything else that belongs to the rows of the view."""
    names = case.task["files"]
    if view == "final":
        for name in ("train", "test", "sample_submission"):
            copy(case, names[name], folder)
        copy_others(case, folder, None)
    else:
        rows = case.rows(view)
        write_train(case, rows, os.path.join(folder, names["train"]))
        if case.source.has_test:
            write_test(case, view, rows, os.path.join(folder, names["test"]))
        write_sample(case, view, os.path.join(folder, names["sample_submission"]))
        copy_others(case, folder, rows)
    copy(case, names["description"], folder)
    even_dates(folder)


def even_dates(folder):
    """Folders too carry one date."""
    for place, _, _ in os.walk(folder, topdown=False):
        os.chmod(place, 0o755)
        os.utime(place, (tables.WRITTEN_AT, tables.WRITTEN_AT))


def write_train(case, rows, path):
    """The training rows of the view, in their original order, values as they stand."""
    records = tables.rows(case.source.train)
    header = next(records)
    keep = np.zeros(case.train_count, dtype=bool)
    keep[rows.train] = True
    tables.write(path, header, (record for record, kept in zip(records, keep) if kept))


def write_test(case, view, rows, path):
    """The validation rows, with the columns of the real test table and no answer."""
    records = tables.rows(case.source.train)
    header = next(records)
    hidden = set(case.task["target_columns"])
    id_column = case.task["id_column"]
    columns = [name for name in case.frozen["testHeader"] if name in header or name == id_column]
    places = [None if name in hidden or name not in header else header.index(name) for name in columns]
    numbered = case.frozen["synthetic"] and id_column in columns
    id_place = columns.index(id_column) if numbered else None
    first = int(case.ids(view)[0]) if numbered else 0
    keep = np.zeros(case.train_count, dtype=bool)
    keep[rows.valid] = True

    def chosen():
        number = 0
        for record, kept in zip(records, keep):
            if not kept:
                continue
            cells = ["" if place is None else record[place] for place in places]
            if id_place is not None:
                cells[id_place] = str(first + number)
            number += 1
            yield cells

    tables.write(path, columns, chosen())


def write_sample(case, view, path):
    """The ids of the view with values that tell nothing of its rows."""
    header = case.frozen["sampleHeader"]
    ids = case.ids(view)
    fills = {name: fill_value(case, name) for name in header if name != case.task["id_column"]}
    records = (
        [ids[i] if name == case.task["id_column"] else fills[name] for name in header]
        for i in range(case.count(view))
    )
    tables.write(path, header, records)


def fill_value(case, name):
    """One value for all rows, from the public sample alone: its constant, its mean, or its commonest text."""
    values = tables.read_columns(case.source.sample, [name])[0][name]
    distinct = set(values)
    if len(distinct) == 1:
        return values[0]
    parsed = [as_number(value) for value in values]
    if all(number is not None for number in parsed) and any("." in value for value in values):
        return repr(float(np.mean(parsed)))
    return max(sorted(distinct), key=values.count) if len(distinct) <= 1000 else values[0]


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
    common = [name for name in case.train_header if name in header]
    train, count = tables.read_columns(case.source.train, common)
    visible = np.zeros(count, dtype=bool)
    visible[rows.train] = True
    records = list(zip(*(train[name] for name in common)))
    shown = {record for record, seen in zip(records, visible) if seen}
    hidden = {record for record, seen in zip(records, visible) if not seen} - shown
    other, _ = tables.read_columns(path, common)
    return [record not in hidden for record in zip(*(other[name] for name in common))]
