"""The `input/` of a view: the layout of the real files, without an answer that must stay hidden."""

import os

import numpy as np

from referee import files, tables
from referee.answer_form import plain_records
from referee.problem import as_number
from referee.views.auxiliary_files import copy_auxiliary, copy_file, copy_or_link
from referee.views.target_columns import recompute

#: The view whose training rows may be looked at, and the name of the folder that holds them.
FOLD, TRAINING = "fold-0", "training-rows"


def make_view(competition, view):
    """Path of the folder of a view, made whole or not at all; kept once it is there."""
    path = os.path.join(competition.folder, "views", view)
    if not os.path.isdir(path):
        files.make_folder(path, lambda folder: fill(competition, view, folder))
    return path


def make_training(competition):
    """Path of a folder with the training rows of the first fold and what belongs to them: no row that is predicted."""
    path = os.path.join(competition.folder, "views", TRAINING)
    if not os.path.isdir(path):
        files.make_folder(path, lambda folder: fill_training(competition, folder))
    return path


def fill_training(competition, folder):
    """As of a view, but for the tables of rows to predict, and for what belongs to those rows."""
    names = competition.task["files"]
    if competition.splittable:
        rows = competition.rows(FOLD)._replace(valid=np.array([], dtype=int))
        write_train(competition, rows, os.path.join(folder, names["train"]))
        if competition.source.labels:
            write_labels(competition, rows, os.path.join(folder, competition.task["labels_file"]))
        recompute(competition, folder)
        copy_auxiliary(competition, folder, rows)
    else:
        copy_whole(competition, folder)
        copy_auxiliary(competition, folder, None)
        for part in ("test", "sample_submission"):
            if os.path.isfile(os.path.join(folder, names[part])):
                os.unlink(os.path.join(folder, names[part]))
    copy_file(competition, names["description"], folder)
    fix_times(folder)


def fill(competition, view, folder):
    """Tables first, then everything else that belongs to the rows of the view."""
    names = competition.task["files"]
    if view == "final":
        copy_whole(competition, folder)
        copy_auxiliary(competition, folder, None)
    else:
        rows = competition.rows(view)
        write_train(competition, rows, os.path.join(folder, names["train"]))
        if competition.source.labels:
            write_labels(competition, rows, os.path.join(folder, competition.task["labels_file"]))
        if competition.source.has_test:
            write_test(competition, view, rows, os.path.join(folder, names["test"]))
        write_sample(competition, view, os.path.join(folder, names["sample_submission"]))
        recompute(competition, folder)
        copy_auxiliary(competition, folder, rows)
    copy_file(competition, names["description"], folder)
    fix_times(folder)


def copy_whole(competition, folder):
    """The real tables as they are, but for columns that no solution gets to see and answers in plain form."""
    names = [competition.task["files"][part] for part in ("train", "test", "sample_submission")]
    dropped = dropped_columns(competition)
    changed = dropped | set(competition.task["target_columns"] if competition.task.get("answer_form") else [])
    answers = {names[0], competition.task.get("labels_file")}
    for name in [*names, *([competition.task["labels_file"]] if competition.source.labels else [])]:
        source = os.path.join(competition.task["folder"], name)
        header = tables.read_header(source) if changed and os.path.isfile(source) else []
        if (changed if name in answers else dropped).isdisjoint(header):
            copy_file(competition, name, folder)
            continue
        kept = [place for place, column in enumerate(header) if column not in dropped]
        records = tables.rows(source)
        next(records)
        if name in answers:
            records = plain_records(competition.task, header, records)
        tables.write(os.path.join(folder, name), [header[place] for place in kept],
                     ([record[place] for place in kept] for record in records))


def files_below(root):
    """Paths of all files of a folder, within it."""
    for place, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(names):
            yield os.path.normpath(os.path.relpath(os.path.join(place, name), root))


def copy_within(source, target):
    """A hard link to a read-only file of another view, or a copy where there can be none: executions get their own."""
    os.makedirs(os.path.dirname(target), exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        copy_or_link(source, target)


def dropped_columns(competition):
    """Columns that no solution gets to see."""
    return set(competition.task.get("drop_columns") or [])


def fix_times(folder):
    """Folders too get the fixed time of modification."""
    for place, _, _ in os.walk(folder, topdown=False):
        os.chmod(place, 0o755)
        os.utime(place, (tables.FIXED_TIME, tables.FIXED_TIME))


def write_train(competition, rows, path):
    """The training rows of the view, in their original order unless that is a leak, values as they stand."""
    records = tables.rows(competition.source.train)
    header = next(records)
    places = [place for place, name in enumerate(header) if name not in dropped_columns(competition)]
    shown = competition.records_of(rows.train)
    if competition.units.of_train is not None:
        # Records without an answer are of no unit: they belong to no validation row.
        shown |= competition.units.of_train < 0
    shown_records = (record for record, here in zip(records, shown) if here)
    kept = ([record[place] for place in places]
            for record in plain_records(competition.task, header, shown_records))
    if competition.frozen["shuffled"]:
        found = dict(zip(np.sort(rows.train).tolist(), kept))
        kept = (found[row] for row in rows.train.tolist())
    tables.write(path, [header[place] for place in places], kept)


def write_labels(competition, rows, path):
    """The answers of the training rows of the view."""
    records = tables.rows(competition.source.labels)
    header = next(records)
    shown = np.zeros(competition.units.count, dtype=bool)
    shown[rows.train] = True
    kept = (record for record, here in zip(records, shown) if here)
    tables.write(path, header, plain_records(competition.task, header, kept))


def write_test(competition, view, rows, path):
    """The validation rows, with the columns of the real test table and no answer."""
    header = tables.read_header(competition.source.train)
    hidden = {*competition.task["target_columns"], *dropped_columns(competition)}
    id_column = competition.task["id_column"]
    columns = [name for name in competition.frozen["testHeader"]
               if (name in header or name == id_column) and name not in dropped_columns(competition)]
    places = [None if name in hidden or name not in header else header.index(name) for name in columns]
    renamed = competition.frozen["synthetic"] or competition.frozen["hiddenIds"]
    id_place = columns.index(id_column) if renamed and id_column in columns else None
    names = competition.ids(view)
    path_column = competition.frozen["nameLeak"]
    path_place = columns.index(path_column) if path_column in columns else None
    renames = competition.neutral_paths(rows) if path_place is not None else {}

    def chosen():
        for number, records in enumerate(unit_records(competition, rows.valid)):
            for record in records:
                cells = ["" if place is None else record[place] for place in places]
                if id_place is not None:
                    cells[id_place] = names[number]
                if path_place is not None:
                    cells[path_place] = renames.get(cells[path_place], cells[path_place])
                yield cells

    tables.write(path, columns, chosen())


def unit_records(competition, units):
    """The records of the training table of each of these units, in the order of the units."""
    records = tables.rows(competition.source.train)
    next(records)
    shown, of_train = competition.records_of(units), competition.units.of_train
    found = {}
    for place, (record, here) in enumerate(zip(records, shown)):
        if here:
            found.setdefault(place if of_train is None else int(of_train[place]), []).append(record)
    # One query asks once, however many right answers it has.
    several = competition.source.labels is not None
    for unit in units.tolist():
        yield found[unit] if several else found[unit][:1]


def write_sample(competition, view, path):
    """The ids of the view with one value for all rows."""
    header = competition.frozen["sampleHeader"]
    ids = competition.ids(view)
    fills = {name: fill_value(competition, name) for name in header if name != competition.task["id_column"]}
    records = (
        [ids[i] if name == competition.task["id_column"] else fills[name] for name in header]
        for i in range(competition.count(view))
    )
    tables.write(path, header, records)


def fill_value(competition, name):
    """One value for all rows, from the public sample alone: its constant, its mean, or its commonest text."""
    values = tables.read_columns(competition.source.sample, [name])[0][name]
    distinct = set(values)
    if len(distinct) == 1:
        return values[0]
    parsed = [as_number(value) for value in values]
    if all(number is not None for number in parsed) and any("." in value for value in values):
        return repr(float(np.mean(parsed)))
    return max(sorted(distinct), key=values.count) if len(distinct) <= 1000 else values[0]
