"""The shuffled views: the first search fold with permuted training answers, all else as it was."""

import os

import numpy as np

from referee import files, tables
from referee.errors import Invalid
from referee.problem import as_number
from referee.splitting.label_store import HALVED, TRIAL
from referee.views import layout
from referee.views.target_columns import recompute

PREFIX = "shuffled-"
FOLD = "fold-0"
# A number with more different values than this is ordered by size, not taken as classes.
MAX_NUMBER_CLASSES = 20
# Fewer groups cannot be shuffled as wholes.
MIN_GROUPS = 10


def base_view(view):
    """The view whose rows, ids and true answers a view has: those of the first fold, where it is shown in another way."""
    return FOLD if view in (HALVED, TRIAL) or view.startswith(PREFIX) else view


def make_view(competition, view):
    """The folder of a shuffled view, made from the fold's own folder; `shuffled-1` is another shuffle."""
    base = layout.make_view(competition, FOLD)
    path = os.path.join(competition.folder, "views", view)
    if not os.path.isdir(path):
        files.make_folder(path, lambda folder: fill(competition, view, base, folder))
    return path


def fill(competition, view, base, folder):
    """The table of the answers and every table that repeats answers are written anew; the rest are hard links."""
    names = competition.task["files"]
    shown = {os.path.normpath(names[name]) for name in ("test", "sample_submission", "description")}
    # The table that has the answers: the training table, or one of labels beside it.
    answers_file = os.path.normpath(competition.task.get("labels_file") or names["train"])
    shuffled = shuffle_answers(competition, view, os.path.join(base, answers_file))
    tables.write(os.path.join(folder, answers_file), shuffled.header, shuffled.records())
    for name in layout.files_below(base):
        source, target = os.path.join(base, name), os.path.join(folder, name)
        if name == answers_file:
            continue
        repeated = None if name in shown else shuffled.repeated(source)
        if repeated is None:
            layout.copy_within(source, target)
        else:
            tables.write(target, *repeated)
    recompute(competition, folder)
    layout.fix_times(folder)


class ShuffledTable:
    """The fold's training table (`rows`: lists of text) and the answers that its rows have now (`answers`: tuples)."""

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
            repeated = [(header.index(name), i) for i, name in enumerate(self.targets) if name in header]
            return (header, list(self._renewed(path, header, repeated))) if repeated else None
        except Invalid:
            # Not a table that can be read here: nothing in it is known to be of a row.
            return None

    def _renewed(self, path, header, repeated):
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
            for place, i in repeated:
                record[place] = answer[i]
            yield record


def shuffle_answers(competition, view, path):
    """Reads the fold's training table and permutes its answers, by the run's seed and the view's number."""
    records = tables.rows(path)
    header = next(records)
    rows = list(records)
    targets = [name for name in competition.task["target_columns"] if name in header]
    places = [header.index(name) for name in targets]
    old = [tuple(row[place] for place in places) for row in rows]
    rng = np.random.Generator(np.random.PCG64([competition.seed, 5, int(view[len(PREFIX):])]))
    answers = list(old)
    known = [i for i, answer in enumerate(old) if all(answer)]
    units = answer_units(competition, header, rows, old, known)
    firsts = [members[0] for members in units]
    key, ordinal = key_of([old[i] for i in firsts])
    for unit, source in enumerate(permute_against(key, ordinal, rng)):
        for i in units[unit]:
            answers[i] = old[firsts[source]]
    return ShuffledTable(header, rows, targets, competition.task["id_column"], answers)


def answer_units(competition, header, rows, answers, known):
    """Rows that must have one answer together: whole groups where each has one answer, else single rows."""
    name = competition.task["group_column"]
    if name in header:
        place = header.index(name)
        groups = {}
        for i in known:
            groups.setdefault(rows[i][place] or f"\0{i}", []).append(i)
        members = list(groups.values())
        alike = all(len({answers[i] for i in each}) == 1 for each in members)
        if alike and MIN_GROUPS <= len(members) < len(known):
            return members
    return [[i] for i in known]


def key_of(answers):
    """
    What answers are ordered by, float or int (n,), and whether that order means anything (numbers) or not (classes).
    Several columns are ordered by their first principal component, so that all of them are reversed at once.
    """
    columns = [codes_of(column) for column in zip(*answers)]
    if len(columns) == 1:
        return columns[0]
    spread = np.column_stack([codes for codes, _ in columns]).astype(float)
    spread -= spread.mean(axis=0)
    spread /= np.maximum(spread.std(axis=0), 1e-12)
    _, vectors = np.linalg.eigh(spread.T @ spread)
    return spread @ vectors[:, -1], True


def codes_of(column):
    """Numbers by size when there are many, else classes."""
    numbers = [as_number(text) for text in column]
    if all(number is not None for number in numbers) and len(set(numbers)) > MAX_NUMBER_CLASSES:
        return np.array(numbers), True
    return np.unique(column, return_inverse=True)[1], False


def permute_against(key, ordinal, rng):
    """
    For each place the one whose answer it gets, int (n,). `key`: (n,), see `key_of`.

    One half are permuted at random; the other half get answers from the far end of the order, or of another class.
    With all of them at random a model that learns nothing still takes one side of a strong feature, and is right or
    wrong on every row. A correlation against the truth makes whoever learns from these answers do worse than chance,
    and leaves those who know the truth by another way as they are.
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
