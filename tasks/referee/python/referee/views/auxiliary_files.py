"""Auxiliary files of a view (tables, folders of media): what belongs to rows outside of the view stays out."""

import os
import shutil

import numpy as np

from referee import tables
from referee.splitting.times import times_of
from referee.views.auxiliary_tables import HELD_BACK, SHARED, AuxiliaryTables, moments_of

# Files from 64 MiB on are linked, not copied.
LINK_BYTES = 1 << 26
# So many decisions are explained; a folder may hold thousands.
MAX_NOTES = 12


def auxiliary_files(task):
    """Path -> the folder of the task that it lies in (None: it is named itself), for every auxiliary file, by name."""
    names = task["files"]
    main_tables = {os.path.normpath(names[name]) for name in ("train", "test", "sample_submission")}
    if task.get("labels_file"):
        main_tables.add(os.path.normpath(task["labels_file"]))
    found = {}
    for name in names["other"]:
        source = os.path.join(task["folder"], name)
        if os.path.isdir(source):
            found.update({each: name for each in files_below(task["folder"], name)})
        elif os.path.isfile(source):
            found[os.path.normpath(name)] = None
    return {each: part for each, part in found.items() if each not in main_tables}


def files_below(root, name):
    """Paths of the files of a folder, in the order of names."""
    for place, folders, names in os.walk(os.path.join(root, name)):
        folders.sort()
        for each in sorted(names):
            yield os.path.normpath(os.path.relpath(os.path.join(place, each), root))


def decide_auxiliary(source, units, test_ids, strategy, times, media):
    """What becomes of each auxiliary file that is not shown whole (name -> decision), and notes for people."""
    found = [each for each in auxiliary_files(source.task) if inside(source.task, each)]
    matched = {*media.train_rows, *media.only_test}
    decisions = AuxiliaryTables(source, units, test_ids, strategy, times, matched).decide(found)
    return decisions, [note_of(name, decision) for name, decision in list(decisions.items())[:MAX_NOTES]]


def note_of(name, decision):
    """One sentence a person can check."""
    kind = decision["kind"]
    if kind == HELD_BACK:
        return (f"{name} is held back: {decision['why']}"
                f" (tables: {{{name}: {SHARED}}} in task.yaml shows it)")
    parts = []
    if kind != "times":
        whose = "training rows" if decision["trainOnly"] else "rows of the view"
        which = whose if kind == "rows" else f"groups of the {whose}"
        parts.append(f"it has the records of the {which}, by {' and '.join(decision['key'])}")
    if decision["blank"]:
        parts.append(f"{', '.join(decision['blank'])} left empty for validation rows as for test rows")
    if decision.get("time"):
        parts.append(f"nothing later by {decision['time']['column']}")
    return f"{name} in every view: {'; '.join(parts)}"


def copy_auxiliary(competition, folder, rows):
    """Auxiliary files of a view; with `rows`, without what belongs to rows outside the view. `folder`: the view's."""
    root = competition.task["folder"]
    found = auxiliary_files(competition.task)
    decisions = competition.frozen["auxiliary"]
    in_folders = {name: part for name, part in found.items() if part is not None}
    moved = {} if rows is None or not in_folders else competition.media(in_folders).targets(rows)
    if rows is not None and competition.frozen["nameLeak"]:
        moved.update(competition.media(in_folders).renamed(competition.neutral_paths(rows), rows))
    for name in found:
        decision, target = decisions.get(name), moved.get(name, name)
        kind = decision["kind"] if decision else SHARED
        if target is None or kind == HELD_BACK or not inside(competition.task, name):
            continue
        if found[name] is not None and decision is None:
            link_or_copy(shared_copy(competition, name), os.path.join(folder, target))
        elif rows is None or decision is None:
            copy_or_link(os.path.join(root, name), os.path.join(folder, target))
        else:
            write_filtered(competition, name, decision, rows, os.path.join(folder, name))


def write_filtered(competition, name, decision, rows, target):
    """A table without the records, and the cells, of rows outside the view."""
    path = os.path.join(competition.task["folder"], name)
    header = tables.read_header(path)
    kept = np.ones(tables.read_columns(path, [])[1], dtype=bool)
    blanked = np.zeros(len(kept), dtype=bool)
    if decision["kind"] != "times":
        kept, blanked = select_rows(competition, path, decision, rows)
    if decision.get("time"):
        kept &= select_times(competition, path, decision["time"], rows)
    places = {header.index(column) for column in decision["blank"]}
    records = tables.rows(path)
    next(records)
    tables.write(target, header, (
        ["" if blank and place in places else cell for place, cell in enumerate(record)]
        if blank and places else record
        for record, keep, blank in zip(records, kept, blanked) if keep
    ))


def select_rows(competition, path, decision, rows):
    """Records that the view may have, and those of them that are of validation rows: bool (records,) each."""
    in_training, in_validation = (np.zeros(competition.units.count, dtype=bool) for _ in range(2))
    in_training[rows.train], in_validation[rows.valid] = True, True
    states = {}
    for unit, name in enumerate(competition.join_keys.own_keys(decision["own"])):
        state = states.setdefault(name, [False, False])
        state[0] |= bool(in_training[unit])
        state[1] |= bool(in_validation[unit])
    tested = competition.join_keys.test_keys(decision["own"])
    kept, blanked = [], []
    for name in competition.join_keys.keys_of(path, decision["key"]):
        # Records of no row at all belong to nobody; those of test rows have no place in a view without them.
        in_train, in_valid = states.get(name, (name not in tested, False))
        kept.append(in_train or (in_valid and not decision["trainOnly"]))
        blanked.append(in_valid and not in_train)
    return np.array(kept, dtype=bool), np.array(blanked, dtype=bool)


def select_times(competition, path, time, rows):
    """Bool (records,): up to the last training row, or to the last validation row where test is covered as well."""
    task = competition.task
    times = times_of(task, competition.units.columns)
    moments = moments_of(task, path, time["column"])
    if times is None or moments is None:
        return np.zeros(tables.read_columns(path, [])[1], dtype=bool)
    last = rows.valid if time["reachesTest"] and len(rows.valid) else rows.train
    latest = np.nanmax(times[last])
    return ~(moments > latest)


def copy_file(competition, name, folder):
    """One file of the competition; a large one becomes a second name of the same file where it can."""
    if inside(competition.task, name):
        copy_or_link(os.path.join(competition.task["folder"], name), os.path.join(folder, name))


def inside(task, name):
    """Whether a file is there and, links followed, stays in the competition's folder."""
    root, path = os.path.realpath(task["folder"]), os.path.join(task["folder"], name)
    return os.path.isfile(path) and os.path.realpath(path).startswith(root + os.sep)


def shared_copy(competition, name):
    """The run's own copy of a file that many views have: made once, dated like all, never the user's original."""
    path = os.path.join(competition.folder, "pool", name)
    if not os.path.lexists(path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        part = f"{path}.part-{os.getpid()}"
        if os.path.lexists(part):
            os.unlink(part)
        copy_or_link(os.path.join(competition.task["folder"], name), part)
        os.replace(part, path)
    return path


def link_or_copy(source, target):
    """
    A hard link to a shared copy: views of ten thousand pictures cost no second copy. Engines mount a view
    read-only, so that no script can write through it; where links are not allowed, a copy does as well.
    """
    if os.path.lexists(target):
        return
    os.makedirs(os.path.dirname(target), exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
        tables.make_read_only(target)


def copy_or_link(source, target):
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
    tables.make_read_only(target)
