"""How a competition's rows are divided: which validate, which train, and what a person should know of it."""

from functools import cached_property

import numpy as np

from referee import files
from referee.errors import Invalid, Unsplittable
from referee.judging import custom_metric
from referee.problem import Problem
from referee.splitting import like_test, resemblance, row_order, strategies
from referee.splitting.id_neighbors import IdNeighbors
from referee.splitting.label_store import (HALVED, final_arrays, label_file,
                                           row_arrays, rows_hash)
from referee.splitting.media import match_media
from referee.splitting.source import (check_sample, name_leak, scored_labels,
                                      scoring_task)
from referee.splitting.subsample import cap_views, halve, whole_arrays
from referee.splitting.times import time_blocks, train_and_test_times
from referee.splitting.units import read_units
from referee.views.target_columns import find_target_columns
from referee.views.auxiliary_files import auxiliary_files, decide_auxiliary

# Rows of answers that a custom metric is tried on before a run relies on it.
METRIC_TRIAL_ROWS = 100


class SplitInput:
    """The rows that are divided and what is known of them: read once, then passed from step to step."""

    def __init__(self, source):
        task = source.task
        self.source, self.task = source, task
        self.units = read_units(source)
        self.sample_header, self.sample_ids, self.sample_count = source.read_sample()
        check_sample(task, self.sample_header)
        self.test_header, self.test_columns, self.test_count, self.test_ids = source.read_test(
            self.sample_ids, self.sample_count
        )
        labels = [self.units.columns[name] for name in task["target_columns"]]
        self.labels = scored_labels(task, labels)
        self.problem = Problem(scoring_task(task), self.labels)
        self.name_leak = self._name_leak(labels[0])
        # (units, targets) and bool (units,).
        self.truth, self.known = encode(self.problem, self.labels, self.units.count)
        self.groups = code_groups(self.units.columns.get(task["group_column"]))
        self.times, self.test_times = train_and_test_times(task, self.units.columns, self.test_columns)
        self.likeness = resemblance.compare(source, self.units)
        # What `choose_split` found that rows are kept together by, and whether validation rows swap their ids.
        self.copies, self.swaps_ids = None, False
        self.has_synthetic_ids = self.sample_ids is not None and self.units.ids is None

    @cached_property
    def ids(self):
        """The numbers in the ids, or None without a test table to compare them with."""
        return None if self.likeness is None else IdNeighbors(self.likeness, self.problem, self.truth, self.known)

    def _name_leak(self, labels):
        media = self.source.media_columns(self.units.columns)
        column = name_leak(self.units.columns, media, labels)
        if column is not None and (media != [column] or column in self.source.key):
            raise Unsplittable(f"the names in column {column} give the answer away, and rows go by them")
        return column


def make_split(source, folder, seed, subsample, max_folds):
    """
    Decides the split, writes the answers of each view below `folder/labels`, and returns what is kept beside them.

    `subsample`: most training rows of a view, or None; `max_folds`: most search folds, or None. Raises
    `Unsplittable` for a layout that the referee cannot split and `Invalid` for what the user can mend.
    """
    given = SplitInput(source)
    strategy, why, views, notes = choose_split(given, seed, max_folds)
    uncapped, views = views, cap_views(given, views, strategy, subsample, seed)
    can_shuffle = strategy in ("random", "stratified") and given.units.of_train is None
    leak = row_order.row_order_leak(given.problem, given.truth[given.known]) if can_shuffle else None
    notes = [*notes, leak] if leak is not None else notes
    is_shuffled = leak is not None or given.swaps_ids
    if is_shuffled:
        views = row_order.shuffle_views(views, seed)
    ids, hidden, id_notes = hide_ids(given, strategy, views, seed)
    made = find_target_columns(given.likeness, source, given.units)
    made_notes = [f"its {name} is the {each['summary']} of {each['target']} by {each['key']}, validation rows included:"
                  " every view has it anew, from its own training rows" for name, each in made.items()]
    auxiliary, auxiliary_notes = auxiliary_decisions(given, strategy)
    write_labels(given, folder, views, ids, strategy)
    arrays = row_arrays({**views, HALVED: halve(given, views["fold-0"], strategy, seed)})
    arrays.update(whole_arrays(given, uncapped, views, strategy, seed, is_shuffled))
    files.write_arrays(f"{folder}/labels/rows.npz", **arrays)
    summary = {
        **describe(views, strategy, why + ids_note(given), task_split(source.task)["folds"]),
        "trainRows": given.units.count,
        "testRows": given.test_count if source.labels is None else len(given.test_ids),
        "subsample": subsample,
        "notes": [*notes, *id_notes, *made_notes, *auxiliary_notes, *name_leak_notes(given.name_leak)],
        "heldBack": [name for name, each in auxiliary.items() if each["kind"] == "held-back"],
    }
    return {
        "split": summary,
        "rows": rows_hash(arrays),
        "sampleHeader": given.sample_header,
        "testHeader": given.test_header,
        "labels": [split_labels(given.problem, column) for column in given.labels],
        "synthetic": given.has_synthetic_ids,
        "hiddenIds": hidden,
        "shuffled": is_shuffled,
        "auxiliary": auxiliary,
        "nameLeak": given.name_leak,
        "targetColumns": made,
    }


def choose_split(given, seed, max_folds):
    """Strategy, reason, view -> (train rows, validation rows), and notes for people."""
    problem, wanted = given.problem, task_split(given.task)["strategy"]
    copies, notes = like_test.whole_copies(given)
    folds = min(strategies.FOLDS, max_folds or strategies.FOLDS)
    test_times = given.test_times
    if wanted == "time" and given.times is not None and test_times is None:
        test_times = given.times

    def choose(groups, copies):
        rng = np.random.Generator(np.random.PCG64([seed, 1]))
        return strategies.choose_strategy(problem, given.truth, given.known, groups, given.times, test_times, folds,
                                          rng, copies, wanted)

    strategy, why, views = choose(given.groups, copies)
    unlike = like_test.groups_unlike_test(given) if strategy in ("random", "stratified") and wanted is None else None
    if unlike is not None:
        by_groups = choose(unlike.groups, None)
        if by_groups[0] == "group" and like_test.trains_all_classes(given, by_groups[2]):
            given.groups, given.swaps_ids = unlike.groups, unlike.swaps_ids
            return *by_groups, [unlike.note]
    if wanted not in (None, strategy):
        needs = {"group": "a group_column with three groups at least", "time": "a time_column of dates or numbers"}
        raise Invalid(f"task.yaml asks for a split by {wanted}, which needs"
                      f" {needs.get(wanted, 'classes or numbers to keep the shares of')}")
    if not strategies.is_scorable(problem, given.truth, views):
        raise Unsplittable("a part of the training rows would hold one class only")
    if strategy not in ("random", "stratified"):
        return strategy, why, views, []
    joined, note = like_test.near_copies(given, copies)
    if joined is not None:
        copies, notes = joined, [note]
        strategy, why, views = choose(given.groups, copies)
    given.copies = copies
    return strategy, why, views, notes


def auxiliary_decisions(given, strategy):
    """What becomes of each auxiliary file (name -> decision), and notes for people."""
    test_ids = given.test_ids or given.sample_ids
    found = {name: part for name, part in auxiliary_files(given.task).items() if part is not None}
    media = match_media(given.source, given.units, test_ids, found)
    return decide_auxiliary(given.source, given.units, test_ids, strategy, given.times, media)


def name_leak_notes(column):
    """What is done about names of files that give the class away."""
    if column is None:
        return []
    return [f"the paths in column {column} name the answer: files of validation rows are called by numbers"]


def encode(problem, labels, count):
    """
    Truth (count, targets) and which units have an answer, bool (count,).

    A custom metric is tried on the answers themselves. Raises `MetricFailed` when it cannot score them, and
    `Unsplittable` when too few units have an answer.
    """
    truth, known = problem.encode(labels)
    if problem.metric == "custom" and len(problem.columns) == truth.shape[1]:
        some = truth[known][:METRIC_TRIAL_ROWS]
        custom_metric.scores(problem, some, [some])
    truth, known = truth.reshape(count, -1), known.reshape(count, -1).all(axis=1)
    if known.sum() < strategies.MIN_ROWS:
        raise Unsplittable(f"{int(known.sum())} training rows with an answer are too few")
    return truth, known


def hide_ids(given, strategy, views, seed):
    """
    The ids of the units, whether some were permuted, and notes for people. Where ids give the answer away, those of
    validation rows change places.
    """
    source, ids = given.source, given.units.ids
    if ids is None or strategy == "time" or given.units.of_train is not None or source.form is not None:
        return ids, False, []
    known = np.flatnonzero(given.known)
    leak = row_order.id_leak(given.problem, given.truth[known], [ids[i] for i in known])
    if given.swaps_ids:
        return swap_ids(ids, views, seed), True, []
    if leak is None:
        return ids, False, []
    if given.ids is not None and given.ids.among:
        return ids, False, [f"the ids predict the answer ({leak}), and those of test rows lie among them: they stay"]
    if source.task["media_columns"] or source.task["files"]["other"]:
        return ids, False, [f"the ids predict the answer ({leak}); they stay, since other files go by them"]
    return swap_ids(ids, views, seed), True, [f"the ids predict the answer ({leak}): validation rows swap theirs"]


def swap_ids(ids, views, seed):
    """The ids of the units, where those of the validation rows of each view changed places."""
    permuted = np.array(ids, dtype=object)
    # A row validates in one view only, so it has one new id, an old one of its neighbors there.
    for number, view in enumerate(sorted(views)):
        valid = views[view][1]
        draw = np.random.Generator(np.random.PCG64([seed, 5, number]))
        permuted[valid] = draw.permutation(permuted[valid])
    return list(permuted)


def ids_note(given):
    """What a person should know of ids that only the sample submission has."""
    if not given.has_synthetic_ids:
        return ""
    name = given.source.id_column
    if given.units.repeated is not None:
        return f"; {name} {given.units.repeated!r} stands several times in the training table, so validation rows are numbered"
    if name in given.test_header:
        return "; the training table has no ids, so validation rows are numbered"
    return f"; only the sample submission has {name}, which counts the rows of test"


def clusters_of(given, strategy):
    """
    Answers that are drawn together, int (units,): those of a group or of copies, or the several of a unit; None when
    alone.
    """
    if strategy == "group":
        return given.groups
    if given.copies is not None:
        return given.copies
    return np.arange(given.units.count) if len(given.source.answers) > 1 else None


def first_number(ids):
    """Where a counter starts that the sample submission counts its rows by; 0 when it has none."""
    start = ids[0] if ids else ""
    if not (start.isascii() and start.isdigit() and str(int(start)) == start):
        return 0
    return int(start) if ids == [str(int(start) + i) for i in range(len(ids))] else 0


def write_labels(given, folder, views, ids, strategy):
    """The answers of each view and the final one, with the ids of their rows: their own, numbers, or none."""
    source, clusters = given.source, clusters_of(given, strategy)
    each = len(source.answers)
    start = first_number(given.sample_ids) if given.has_synthetic_ids else None
    for view, (_, valid) in views.items():
        named = None if start is None else [str(start + i) for i in range(len(valid))]
        if given.sample_ids is not None and ids is not None:
            named = source.answer_ids([ids[i] for i in valid])
        answers = final_arrays(named, len(valid) * each)
        if clusters is not None:
            answers["groups"] = np.repeat(clusters[valid], each)
        if strategy == "time":
            answers["blocks"] = np.repeat(time_blocks(given.times[valid]), each)
        truth = given.truth[valid] if each == 1 else given.truth[valid].reshape(-1, 1)
        files.write_arrays(label_file(folder, view), truth=truth, **answers)
    final = final_arrays(given.sample_ids, given.sample_count)
    if given.test_ids is not None:
        final["units"] = np.array(given.test_ids, dtype=str)
    files.write_arrays(label_file(folder, "final"), **final)


def task_split(task):
    """What the task itself says of the split."""
    return {"strategy": None, "folds": None, **(task.get("split") or {})}


def describe(views, strategy, why, wanted):
    """The part of the split that a person reads. `wanted`: search folds that task.yaml asks for, or None."""
    names = [view for view in views if view != "sealed"]
    searched = min(wanted or strategies.search_folds([len(views[name][1]) for name in names]), len(names))
    more = len(names) - searched
    judges = "one fold scores" if searched == 1 else f"{searched} folds score"
    return {
        "kind": "holdout" if searched == 1 else "k-fold",
        "strategy": strategy,
        "why": f"{why}; {judges} every solution"
        + (f", {more} more decide near-ties" if more else ""),
        "folds": [
            {"view": view, "trainRows": len(views[view][0]), "validRows": len(views[view][1])}
            for view in names
        ],
        "searchFolds": searched,
        "sealedRows": len(views["sealed"][1]),
    }


def split_labels(problem, column):
    """The known answers of a target as far as reading a submission needs them: classes or the range."""
    if problem.kind == "number" or (problem.kind == "free" and problem.labels is None):
        return []
    if problem.kind == "ranking":
        return sorted({word for text in column for word in text.split()})
    return sorted(set(column))


def code_groups(values):
    """Groups as codes, int (n,); a row without a group is a group of its own."""
    if values is None:
        return None
    named = [value if value else f"\0{i}" for i, value in enumerate(values)]
    return np.unique(named, return_inverse=True)[1]
