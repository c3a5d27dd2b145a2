"""How a competition's rows are divided: what judges, what trains, and what a person should know of it."""

import numpy as np

from referee import files
from referee.judging import custom
from referee.splitting import order, split
from referee.splitting.blocks import time_blocks
from referee.views.copying import decide, other_files
from referee.faults import Invalid, Unsplittable
from referee.splitting.kept import final_arrays, label_file, row_arrays, rows_hash
from referee.splitting.media import match_media
from referee.problem import Problem
from referee.splitting.source import check_sample, names_tell, scored_labels, scoring_task
from referee.splitting.subsample import cap_rows
from referee.splitting.units import read_units


def divide(source, folder, seed, subsample, max_folds):
    """Decides the split, writes the answers of each view, and returns what is kept beside them."""
    task = source.task
    units = read_units(source)
    sample_header, sample_ids, sample_count = source.read_sample()
    check_sample(task, sample_header)
    test_header, test_columns, test_count, test_ids = source.read_test(sample_ids, sample_count)
    labels = [units.columns[name] for name in task["target_columns"]]
    scored = scored_labels(task, labels)
    problem = Problem(scoring_task(task), scored)
    named = names_tell(units.columns, source.media_columns(units.columns), labels[0])
    if named is not None and (source.media_columns(units.columns) != [named] or named in source.key):
        raise Unsplittable(f"the names in column {named} give the answer away, and rows go by them")
    truth, known = encode(problem, scored, units.count)
    groups = code_groups(units.columns.get(task["group_column"]))
    times, test_times = time_columns(task, units.columns, test_columns)
    strategy, why, views, notes = choose_split(
        source, problem, units, truth, known, groups, times, test_times, seed, max_folds
    )
    strata, _ = split.strata_of(problem, truth, known)
    for number, view in enumerate(sorted(views)):
        draw = np.random.Generator(np.random.PCG64([seed, 2, number]))
        train, valid = views[view]
        capped = cap_rows(train, subsample, strategy, strata, times, groups, draw)
        views[view] = capped, valid[known[valid]]
    ordered = strategy in ("random", "stratified") and units.of_train is None
    told = order.order_tells(problem, truth[known]) if ordered else None
    if told is not None:
        notes.append(told)
        views = order.shuffle(views, seed)
    ids, hidden, more = hide_ids(source, problem, units, truth, known, strategy, views, seed)
    synthetic = sample_ids is not None and units.ids is None
    further, said = decide_further(source, units, test_ids or sample_ids, strategy, times)
    write_labels(
        source, folder, views, truth, clusters_of(source, strategy, groups, units.count),
        ids if sample_ids is not None else None, first_number(sample_ids) if synthetic else None,
        times if strategy == "time" else None,
    )
    final = final_arrays(sample_ids, sample_count)
    if test_ids is not None:
        final["units"] = np.array(test_ids, dtype=str)
    files.write_arrays(label_file(folder, "final"), **final)
    arrays = row_arrays(views)
    files.write_arrays(f"{folder}/labels/rows.npz", **arrays)
    summary = {
        **describe(views, strategy, why + ids_why(source, synthetic, test_header), units.count,
                   wanted_of(task)["folds"]),
        "trainRows": units.count,
        "testRows": test_count if source.labels is None else len(test_ids),
        "subsample": subsample,
        "notes": [*notes, *more, *said, *names_note(named)],
        "heldBack": [name for name, each in further.items() if each["kind"] == "held-back"],
    }
    return {
        "split": summary,
        "rows": rows_hash(arrays),
        "sampleHeader": sample_header,
        "testHeader": test_header,
        "labels": [split_labels(problem, column) for column in scored],
        "synthetic": synthetic,
        "hiddenIds": hidden,
        "shuffled": told is not None,
        "further": further,
        "namesTell": named,
    }


def choose_split(source, problem, units, truth, known, groups, times, test_times, seed, max_folds):
    """Strategy, reason, the rows of each view, and what else is to be told."""
    copies, notes = None, []
    if units.of_train is None:
        copies, notes = order.kept_together(order.copies(source.train, source.key))
    rng = np.random.Generator(np.random.PCG64([seed, 1]))
    folds = min(split.FOLDS, max_folds or split.FOLDS)
    wanted = wanted_of(source.task)["strategy"]
    if wanted == "time" and times is not None and test_times is None:
        test_times = times
    strategy, why, views = split.choose(
        problem, truth, known, groups, times, test_times, folds, rng, copies, wanted
    )
    if wanted not in (None, strategy):
        needs = {"group": "a group_column with three groups at least", "time": "a time_column of dates or numbers"}
        raise Invalid(f"task.yaml asks for a split by {wanted}, which needs"
                      f" {needs.get(wanted, 'classes or numbers to keep the shares of')}")
    if not split.defined(problem, truth, views):
        raise Unsplittable("a part of the training rows would hold one class only")
    return strategy, why, views, notes if strategy in ("random", "stratified") else []


def decide_further(source, units, test_ids, strategy, times):
    """What becomes of the other files."""
    found = {name: part for name, part in other_files(source.task).items() if part is not None}
    media = match_media(source, units, test_ids, found)
    return decide(source, units, test_ids, strategy, times, media)


def times_of(task, units):
    """Times of the units alone, or None."""
    cells = units.columns.get(task["time_column"])
    return None if cells is None else split.to_times(cells)


def names_note(column):
    """What is done about names of files that tell the class."""
    if column is None:
        return []
    return [f"the paths in column {column} name the answer: files of validation rows are called by numbers"]


def encode(problem, labels, count):
    """Truth and which units have one; a metric.py that cannot score the answers themselves is told now."""
    truth, known = problem.encode(labels)
    if problem.metric == "custom" and len(problem.columns) == truth.shape[1]:
        custom.scores(problem, truth[known][:100], [truth[known][:100]])
    truth, known = truth.reshape(count, -1), known.reshape(count, -1).all(axis=1)
    if known.sum() < split.MIN_ROWS:
        raise Unsplittable(f"{int(known.sum())} training rows with an answer are too few")
    return truth, known


def hide_ids(source, problem, units, truth, known, strategy, views, seed):
    """The ids of the units; where they tell the answer, those of validation rows change places."""
    ids = units.ids
    if ids is None or strategy == "time" or units.of_train is not None or source.form is not None:
        return ids, False, []
    told = order.ids_tell(problem, truth[known], [ids[i] for i in np.flatnonzero(known)])
    if told is None:
        return ids, False, []
    if source.task["media_columns"] or source.task["files"]["other"]:
        return ids, False, [f"the ids tell the answer ({told}); they stay, since other files go by them"]
    given = np.array(ids, dtype=object)
    views = {view: valid for view, (_, valid) in views.items()}
    # A row judges in one view only, so it has one new id, an old one of its neighbours there.
    for number, view in enumerate(sorted(views)):
        draw = np.random.Generator(np.random.PCG64([seed, 5, number]))
        given[views[view]] = draw.permutation(given[views[view]])
    return list(given), True, [f"the ids tell the answer ({told}): validation rows have each other's ids"]


def ids_why(source, synthetic, test_header):
    """What is to be said of ids that only the sample submission has."""
    if not synthetic:
        return ""
    name = source.id_column
    if name in test_header:
        return "; the training table has no ids, so validation rows are numbered"
    return f"; only the sample submission has {name}, which counts the rows of test"


def clusters_of(source, strategy, groups, count):
    """Answers that belong together: those of a group, or the several ones of a unit; None when each is alone."""
    if strategy == "group":
        return groups
    return np.arange(count) if len(source.answers) > 1 else None


def first_number(ids):
    """Where a counter starts that the sample submission counts its rows by; 0 when it has none."""
    start = ids[0] if ids else ""
    if not (start.isascii() and start.isdigit() and str(int(start)) == start):
        return 0
    return int(start) if ids == [str(int(start) + i) for i in range(len(ids))] else 0


def write_labels(source, folder, views, truth, clusters, ids, start, times):
    """The answers of each view, with the ids of its rows: their own, numbers, or none."""
    each = len(source.answers)
    for view, (_, valid) in views.items():
        named = None if start is None else [str(start + i) for i in range(len(valid))]
        if ids is not None:
            named = source.answer_ids([ids[i] for i in valid])
        answers = final_arrays(named, len(valid) * each)
        if clusters is not None:
            answers["groups"] = np.repeat(clusters[valid], each)
        if times is not None:
            answers["blocks"] = np.repeat(time_blocks(times[valid]), each)
        told = truth[valid] if each == 1 else truth[valid].reshape(-1, 1)
        files.write_arrays(label_file(folder, view), truth=told, **answers)


def wanted_of(task):
    """What the task itself says of the split."""
    return {"strategy": None, "folds": None, **(task.get("split") or {})}


def describe(views, strategy, why, count, wanted):
    """The part of the split that a person reads."""
    names = [view for view in views if view != "sealed"]
    searched = min(wanted or split.search_folds(count), len(names))
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
