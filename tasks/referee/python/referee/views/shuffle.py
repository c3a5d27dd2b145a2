"""The shuffled views: a search fold whose training answers were dealt anew, all else as it was."""

import os

import numpy as np

from referee import files, tables
from referee.views import copying, layout
from referee.faults import Invalid
from referee.problem import as_number

PREFIX = "shuffled-"
FOLD = "fold-0"


def base_view(view):
    """The view whose rows, ids and true answers a view has: a shuffled one has those of the first fold."""
    return FOLD if view.startswith(PREFIX) else view


def make_view(case, view):
    """The folder of a shuffled view, made from the fold's own folder; `shuffled-1` is another shuffle."""
    base = layout.make_view(case, FOLD)
    path = os.path.join(case.folder, "views", view)
    if not os.path.isdir(path):
        files.make_folder(path, lambda folder: fill(case, view, base, folder))
    return path


def fill(case, view, base, folder):
    """The table of the answers and every table that repeats answers are written anew; the rest are second names."""
    names = case.task["files"]
    shown = {os.path.normpath(names[name]) for name in ("test", "sample_submission", "description")}
    # The table that has the answers: the training table, or one of labels beside it.
    told = os.path.normpath(case.task.get("labels_file") or names["train"])
    dealt = deal(case, view, os.path.join(base, told))
    tables.write(os.path.join(folder, told), dealt.header, dealt.records())
    for name in files_below(base):
        source, target = os.path.join(base, name), os.path.join(folder, name)
        if name == told:
            continue
        repeated = None if name in shown else dealt.repeated(source)
        if repeated is None:
            link(source, target)
        else:
            tables.write(target, *repeated)
    layout.even_dates(folder)


def files_below(root):
    """Paths of all files of a folder."""
    for place, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(names):
            yield os.path.normpath(os.path.relpath(os.path.join(place, name), root))


def link(source, target):
    """A second name of a read-only file, or a copy where there can be none."""
    os.makedirs(os.path.dirname(target), exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        copying.place(source, target)


class Dealt:
    """The fold's training table and the answers that its rows have now."""

    def __init__(self, header, rows, targets, id_column, answers):
        self.header, self.rows, self.targets = header, rows, targets
        self.id_column = id_column
        self.places = [header.index(name) for name in targets]
        self.answers = answers

    def records(self):
        """The training rows with their new answers."""
        for row, answer in zip(self.rows, self.answers):
            cells = list(row)
            for place, cell in zip(self.places, answer):
                cells[place] = cell
            yield cells

    def repeated(self, path):
        """A table that repeats answers, with the new ones and without records of no training row; else None."""
        if not path.lower().endswith(".csv"):
            return None
        try:
            header = tables.read_header(path)
            told = [(header.index(name), i) for i, name in enumerate(self.targets) if name in header]
            return (header, list(self._renewed(path, header, told))) if told else None
        except Invalid:
            # Not a table that can be read here: nothing in it is known to be of a row.
            return None

    def _renewed(self, path, header, told):
        by_id = self.id_column in header and self.id_column in self.header
        keys = [self.id_column] if by_id else [name for name in self.header if name in header]
        own = [self.header.index(name) for name in keys]
        new = {}
        for row, answer in zip(self.rows, self.answers):
            new.setdefault(tuple(row[place] for place in own), answer)
        there = [header.index(name) for name in keys]
        records = tables.rows(path)
        next(records)
        for record in records:
            answer = new.get(tuple(record[place] for place in there))
            if answer is None:
                continue
            for place, i in told:
                record[place] = answer[i]
            yield record


def deal(case, view, path):
    """Reads the fold's training table and deals its answers anew, by the run's seed and the view's number."""
    records = tables.rows(path)
    header = next(records)
    rows = list(records)
    targets = [name for name in case.task["target_columns"] if name in header]
    places = [header.index(name) for name in targets]
    old = [tuple(row[place] for place in places) for row in rows]
    rng = np.random.Generator(np.random.PCG64([case.seed, 5, int(view[len(PREFIX):])]))
    answers = list(old)
    known = [i for i, answer in enumerate(old) if all(answer)]
    units = units_of(case, header, rows, old, known)
    firsts = [members[0] for members in units]
    key, ordinal = key_of([old[i] for i in firsts])
    for unit, source in enumerate(against(key, ordinal, rng)):
        for i in units[unit]:
            answers[i] = old[firsts[source]]
    return Dealt(header, rows, targets, case.task["id_column"], answers)


def units_of(case, header, rows, answers, known):
    """Rows that must have one answer together: whole groups where each has one answer, else single rows."""
    name = case.task["group_column"]
    if name in header:
        place = header.index(name)
        groups = {}
        for i in known:
            groups.setdefault(rows[i][place] or f"\0{i}", []).append(i)
        members = list(groups.values())
        alike = all(len({answers[i] for i in each}) == 1 for each in members)
        if alike and 10 <= len(members) < len(known):
            return members
    return [[i] for i in known]


def key_of(answers):
    """What answers are ordered by, and whether that order means anything (numbers) or not (classes)."""
    columns = [codes_of(column) for column in zip(*answers)]
    if len(columns) == 1:
        return columns[0]
    # Several columns: their common direction, so that all of them are turned at once.
    spread = np.column_stack([codes for codes, _ in columns]).astype(float)
    spread -= spread.mean(axis=0)
    spread /= np.maximum(spread.std(axis=0), 1e-12)
    _, vectors = np.linalg.eigh(spread.T @ spread)
    return spread @ vectors[:, -1], True


def codes_of(column):
    """Numbers by size when there are many, else classes."""
    numbers = [as_number(text) for text in column]
    if all(number is not None for number in numbers) and len(set(numbers)) > 20:
        return np.array(numbers), True
    return np.unique(column, return_inverse=True)[1], False


def against(key, ordinal, rng):
    """
    For each place the one whose answer it gets. One half are dealt at random; the other half get answers from
    the far end of the order, or of another class. With all of them at random a model that learns nothing still
    takes one side of a strong feature, and is right or wrong on every row; leaning against the truth makes
    whoever learns from these answers do worse than chance, and leaves those who know the truth otherwise as they are.
    """
    count = len(key)
    order = rng.permutation(count)
    turned, free = order[: count // 2], order[count // 2 :]
    source = np.empty(count, dtype=int)
    source[free] = rng.permutation(free)
    ranked = turned[np.lexsort((rng.random(len(turned)), key[turned]))]
    if ordinal or len(ranked) == 0:
        source[ranked] = ranked[::-1]
    else:
        commonest = int(np.unique(key[ranked], return_counts=True)[1].max())
        source[ranked] = np.roll(ranked, -commonest)
    return source
