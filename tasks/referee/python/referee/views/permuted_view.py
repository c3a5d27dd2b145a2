"""
Permuted views: the first search fold with the values of a column of its test table mixed among the rows (Breiman 2001,
"Random Forests", section 10; Fisher et al. 2019, "All Models are Wrong"). `permuted-0` shows every row once as it is and
once for each column, so that one execution measures them all; the others mix one column each, where rows depend on
their neighbors.
"""

import os

import numpy as np

from referee import files, tables
from referee.blending import bank, blend
from referee.errors import Invalid
from referee.judging import metrics
from referee.problem import as_number
from referee.splitting.label_store import label_file
from referee.statistics.bootstrap import Resampler
from referee.statistics.ranks import mid_ranks
from referee.views import disguised_view

PREFIX = "permuted-"
STACKED = f"{PREFIX}0"
FOLD = disguised_view.FOLD
# Rows of a stacked view at most, and rows of one copy that are kept at least where there are so many.
MAX_ROWS, MIN_ROWS = 60_000, 300
# Columns of a stacked view, and columns that have an execution each.
MAX_STACKED, MAX_SINGLE = 60, 12


def permute(competition, solution, stacked):
    """
    Makes the views: `views`, each with the `columns` that it measures, and how many columns are `leftOut`: those that
    the predictions of `solution` go with least. `stacked` asks for one view, where rows do not depend on each other.
    """
    columns = ranked_columns(competition, solution)
    if stacked and not is_stackable(competition):
        return {"views": [], "leftOut": len(columns)}
    most = MAX_STACKED if stacked else MAX_SINGLE
    chosen, left_out = columns[:most], max(0, len(columns) - most)
    if not chosen:
        return {"views": [], "leftOut": left_out}
    made = {STACKED: chosen} if stacked else {f"{PREFIX}{i + 1}": [name] for i, name in enumerate(chosen)}
    for view, names in made.items():
        make_view(competition, view, names)
    return {"views": [{"view": view, "columns": names} for view, names in made.items()], "leftOut": left_out}


def is_stackable(competition):
    """Whether rows may stand in the table several times: plain tables whose rows are not of groups or times."""
    own_kind = competition.split["strategy"] in ("random", "stratified")
    return own_kind and disguised_view.why_none(competition) is None


def ranked_columns(competition, solution):
    """Columns of the test table that vary, those first that the predictions go with most."""
    if not competition.source.has_test:
        return []
    found = disguised_view.Tables(competition)
    header, records = found.headers["test"], found.records["test"]
    hidden = {competition.task["id_column"], *competition.task["target_columns"]}
    predictions = predictions_of(competition, solution, FOLD)
    scores = {}
    for place, name in enumerate(header):
        cells = [record[place] for record in records]
        if name not in hidden and len(set(cells)) > 1:
            scores[name] = association(cells, predictions) if len(cells) == len(predictions) else 0.0
    return sorted(scores, key=lambda name: (-scores[name], header.index(name)))


def association(cells, predictions):
    """Share of the variance of the predictions (of their codes, where they are text) that bins of a column explain."""
    numbers = [as_number(cell) for cell in cells]
    ranks = mid_ranks([np.inf if number is None else number for number in numbers]) / len(cells) \
        if any(number is not None for number in numbers) else np.unique(cells, return_inverse=True)[1]
    bins = np.unique(np.floor(ranks * 20) if ranks.dtype.kind == "f" else ranks, return_inverse=True)[1]
    best = 0.0
    for column in predictions.T[:10]:
        values = column.astype(float) if column.dtype.kind in "fiub" else \
            np.unique(column, return_inverse=True)[1].astype(float)
        if values.std() == 0:
            continue
        counts = np.bincount(bins)
        means = np.bincount(bins, values) / np.maximum(counts, 1)
        # Many bins of few rows explain much by chance.
        between = (counts * (means - values.mean()) ** 2).sum() / len(values)
        best = max(best, (between / values.var() - len(counts) / len(values)))
    return float(best)


def make_view(competition, view, names):
    """The folder of a view; its answers are kept beside those of the others."""
    path = os.path.join(competition.folder, "views", view)
    found = disguised_view.Tables(competition)
    rng = np.random.Generator(np.random.PCG64([competition.seed, 11, int(view[len(PREFIX):])]))
    count = competition.count(FOLD)
    records, samples = found.records["test"], found.records["sample_submission"]
    if view == STACKED:
        size = min(count, max(MIN_ROWS, MAX_ROWS // (len(names) + 1)))
        order = np.sort(rng.permutation(count)[:size])
        shown = [[[*records[i]] for i in order]]
        shown += [mixed(shown[0], found.place("test", name), rng) for name in names]
        ids = stacked_ids(competition, order, len(shown))
        found.records["test"] = [record for part in shown for record in part]
        found.records["sample_submission"] = [[*samples[i]] for _ in shown for i in order]
        for part in ("test", "sample_submission"):
            place = found.place(part, competition.task["id_column"])
            for record, name in zip(found.records[part], ids or []) if place is not None else []:
                record[place] = name
        order = np.tile(order, len(shown))
    else:
        order, ids = np.arange(count), competition.ids(FOLD)
        found.records["test"] = mixed(records, found.place("test", names[0]), rng)
    labels = {"truth": competition.truth(FOLD)[order], "count": np.array(len(order)), "order": order}
    if ids is not None:
        labels["ids"] = np.array(ids, dtype=str)
    files.write_arrays(label_file(competition.folder, view), **labels)
    if not os.path.isdir(path):
        files.make_folder(path, lambda folder: disguised_view.fill(competition, found, folder))


def mixed(records, place, rng):
    """Copies of records with the values at a place in another order."""
    order = rng.permutation(len(records))
    return [[*record[:place], records[order[i]][place], *record[place + 1:]] for i, record in enumerate(records)]


def stacked_ids(competition, order, copies):
    """Names of the rows of all copies, or None: the first keep theirs, the others look like them where they can."""
    known = competition.ids(FOLD)
    if known is None:
        return None
    own = [known[i] for i in order]
    every = [*known, *(competition.ids("final") or []), *(competition.train_ids or [])]
    if all(name.isascii() and name.isdigit() and (name == "0" or name[0] != "0") for name in every):
        first = max(map(int, every)) + 1
        return own + [str(first + i) for i in range(len(own) * (copies - 1))]
    return own + [f"{name}-{copy}" for copy in range(1, copies) for name in own]


def folder_of(competition, view):
    """Path of a view's folder. Raises `Invalid` for one that was not made."""
    path = os.path.join(competition.folder, "views", view)
    if not os.path.isdir(path):
        raise Invalid(f"there is no view {view!r}")
    return path


def predictions_of(competition, solution, view):
    """Banked predictions of a script; of a blend those that its members' ones come to."""
    path = os.path.join(bank.folder_of(competition, solution), f"{view}.npz")
    if os.path.exists(path) or not os.path.exists(os.path.join(bank.folder_of(competition, solution), "blend.json")):
        return bank.get_predictions(competition, solution, view)
    return blend.blended_predictions(competition, solution, view)


def importance(competition, solution, views):
    """
    What a solution loses when a column says nothing any more, with the standard error of the paired bootstrap:
    `columns`; the score of the rows as they are as `base`; and whether a stacked view leaves predictions of those rows
    as they were (`isSame`). `views`: as `permute` names them.
    """
    fold = predictions_of(competition, solution, FOLD)
    found, same, base, count = [], True, None, 0
    for each in views:
        order = competition.labels(each["view"])["order"]
        predictions = predictions_of(competition, solution, each["view"])
        copies = len(each["columns"]) + 1 if each["view"] == STACKED else 1
        size = len(order) // copies
        parts = [predictions[i * size: (i + 1) * size] for i in range(copies)]
        rows = order[:size]
        first = parts[0] if copies > 1 else fold[rows]
        clusters = competition.blocks(FOLD)
        measure = Paired(competition, competition.truth(FOLD)[rows], None if clusters is None else clusters[rows])
        if copies > 1:
            lost, error = measure.loss(fold[rows], first)
            same = abs(lost) <= 2 * error or abs(lost) <= 1e-9
        base, count = measure.score(first), size
        for name, part in zip(each["columns"], parts[1:] if copies > 1 else parts):
            lost, error = measure.loss(first, part)
            found.append({"name": name, "loss": lost, "standardError": error})
    return {"base": base, "rows": count, "isSame": bool(same),
            "columns": sorted(found, key=lambda each: -each["loss"])}


class Paired:
    """Losses of predictions over the same rows. `truth`: (rows, targets); `clusters`: what is drawn as a whole."""

    def __init__(self, competition, truth, clusters):
        self.problem, self.truth = competition.problem, truth
        self.resampler = Resampler(len(truth), clusters, [competition.seed, 12])

    def score(self, predictions):
        """The metric."""
        return float(metrics.score(self.problem, self.truth, predictions))

    def loss(self, before, after):
        """What the second ones are worse, in the metric's good direction, and its standard error."""
        lost = self.problem.sign * (self.score(before) - self.score(after))
        draws = self.problem.sign * (self.resampler.scores(self.problem, self.truth, before)
                                     - self.resampler.scores(self.problem, self.truth, after))
        known = draws[np.isfinite(draws)]
        return float(lost) + 0.0, float(known.std(ddof=1)) if len(known) > 1 else 0.0
