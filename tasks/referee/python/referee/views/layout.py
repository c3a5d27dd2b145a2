"""The `input/` of a view: the layout of the real files, without an answer that must stay hidden."""

import os

import numpy as np

from referee import files, tables
from referee.views.copying import copy, copy_others
from referee.problem import as_number


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
        copy_whole(case, folder)
        copy_others(case, folder, None)
    else:
        rows = case.rows(view)
        write_train(case, rows, os.path.join(folder, names["train"]))
        if case.source.labels:
            write_labels(case, rows, os.path.join(folder, case.task["labels_file"]))
        if case.source.has_test:
            write_test(case, view, rows, os.path.join(folder, names["test"]))
        write_sample(case, view, os.path.join(folder, names["sample_submission"]))
        copy_others(case, folder, rows)
    copy(case, names["description"], folder)
    even_dates(folder)


def copy_whole(case, folder):
    """The real tables as they are, but for columns that no solution gets to see."""
    names = [case.task["files"][part] for part in ("train", "test", "sample_submission")]
    dropped = dropped_columns(case)
    for name in [*names, *([case.task["labels_file"]] if case.source.labels else [])]:
        source = os.path.join(case.task["folder"], name)
        header = tables.read_header(source) if dropped and os.path.isfile(source) else []
        if dropped.isdisjoint(header):
            copy(case, name, folder)
            continue
        kept = [place for place, column in enumerate(header) if column not in dropped]
        records = tables.rows(source)
        next(records)
        tables.write(os.path.join(folder, name), [header[place] for place in kept],
                     ([record[place] for place in kept] for record in records))


def dropped_columns(case):
    """Columns that no solution gets to see."""
    return set(case.task.get("drop_columns") or [])


def even_dates(folder):
    """Folders too carry one date."""
    for place, _, _ in os.walk(folder, topdown=False):
        os.chmod(place, 0o755)
        os.utime(place, (tables.WRITTEN_AT, tables.WRITTEN_AT))


def write_train(case, rows, path):
    """The training rows of the view, in their original order unless that tells something, values as they stand."""
    records = tables.rows(case.source.train)
    header = next(records)
    places = [place for place, name in enumerate(header) if name not in dropped_columns(case)]
    shown = case.shows(rows.train)
    if case.units.of_train is not None:
        # Records without an answer are of no unit: they belong to no validation row.
        shown |= case.units.of_train < 0
    kept = ([record[place] for place in places] for record, here in zip(records, shown) if here)
    if case.frozen.get("shuffled"):
        found = dict(zip(np.sort(rows.train).tolist(), kept))
        kept = (found[row] for row in rows.train.tolist())
    tables.write(path, [header[place] for place in places], kept)


def write_labels(case, rows, path):
    """The answers of the training rows of the view."""
    records = tables.rows(case.source.labels)
    header = next(records)
    shown = np.zeros(case.units.count, dtype=bool)
    shown[rows.train] = True
    tables.write(path, header, (record for record, here in zip(records, shown) if here))


def write_test(case, view, rows, path):
    """The validation rows, with the columns of the real test table and no answer."""
    header = tables.read_header(case.source.train)
    hidden = {*case.task["target_columns"], *dropped_columns(case)}
    id_column = case.task["id_column"]
    columns = [name for name in case.frozen["testHeader"]
               if (name in header or name == id_column) and name not in dropped_columns(case)]
    places = [None if name in hidden or name not in header else header.index(name) for name in columns]
    renamed = case.frozen["synthetic"] or case.frozen.get("hiddenIds")
    id_place = columns.index(id_column) if renamed and id_column in columns else None
    names = case.ids(view)
    path_column = case.frozen.get("namesTell")
    path_place = columns.index(path_column) if path_column in columns else None
    renames = case.renames(rows) if path_place is not None else {}

    def chosen():
        for number, records in enumerate(records_of(case, rows.valid)):
            for record in records:
                cells = ["" if place is None else record[place] for place in places]
                if id_place is not None:
                    cells[id_place] = names[number]
                if path_place is not None:
                    cells[path_place] = renames.get(cells[path_place], cells[path_place])
                yield cells

    tables.write(path, columns, chosen())


def records_of(case, units):
    """The records of the training table of each of these units, in the order of the units."""
    records = tables.rows(case.source.train)
    next(records)
    shown, of_train = case.shows(units), case.units.of_train
    found = {}
    for place, (record, here) in enumerate(zip(records, shown)):
        if here:
            found.setdefault(place if of_train is None else int(of_train[place]), []).append(record)
    # One query asks once, however many right answers it has.
    several = case.source.labels is not None
    for unit in units.tolist():
        yield found[unit] if several else found[unit][:1]


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
