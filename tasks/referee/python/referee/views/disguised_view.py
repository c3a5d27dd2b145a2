"""
Disguised views: the first search fold once more with true answers, as a script that knows rows rather than the problem
does not recognize it: ids renamed in their order, numbers jittered, texts with other blanks and case. Whichever is
drawn, a look-up by ids or cells finds nothing. `rekeyed-0`: rows in another order besides. `perturbed-0`: nothing
besides. `fresh-0`: the rows to predict stand among rows of another fold. `rekeyed-1` … are the same by other draws.
"""

import os

import numpy as np

from referee import files, tables
from referee.errors import Invalid
from referee.splitting.label_store import DISGUISES, label_file
from referee.views import layout, renaming
from referee.views.perturbing import perturb_tables

FOLD = "fold-0"
OTHER_FOLD = "fold-1"
# Of the training rows, how many at most move among those that are predicted: enough that the table is another one, few
# enough that a model learns as before.
MAX_MOVED_SHARE = 0.1


def available(competition):
    """The disguises that this competition can be given: names of views."""
    if why_none(competition) is not None:
        return []
    tried = {f"{kind}-0": kind for kind in DISGUISES}
    return [view for view, kind in tried.items() if is_possible(competition, kind)]


def why_none(competition):
    """Why there is none at all, or None: only plain tables of one record a row are disguised."""
    task, frozen = competition.task, competition.frozen
    if not competition.splittable:
        return "a self-reported run has no split"
    if task.get("labels_file") or task.get("media_columns") or competition.units.of_train is not None:
        return "rows are more than one record of a table"
    if frozen["nameLeak"] or frozen["auxiliary"] or not competition.source.has_test:
        return "other files go by the rows"
    return None


def is_possible(competition, kind):
    frozen = competition.frozen
    if kind == "fresh":
        counted = frozen["synthetic"] or frozen["hiddenIds"] or frozen["shuffled"]
        later = competition.split["strategy"] == "time"
        return not counted and not later and has_view(competition, OTHER_FOLD) and competition.ids(FOLD) is not None
    if kind == "rekeyed":
        return competition.ids(FOLD) is not None
    return perturb_tables(competition, Tables(competition), None) > 0


def has_view(competition, view):
    return os.path.exists(label_file(competition.folder, view))


class Tables:
    """The tables of the fold as a script sees them, header and lists of text, with what of the rows is known."""

    def __init__(self, competition):
        names = competition.task["files"]
        self.folder = layout.make_view(competition, FOLD)
        self.names = {part: names[part] for part in ("train", "test", "sample_submission")}
        self.headers, self.records = {}, {}
        for part, name in self.names.items():
            records = tables.rows(os.path.join(self.folder, name))
            self.headers[part] = next(records)
            self.records[part] = list(records)

    def place(self, part, column):
        """Where a column stands in a table, or None."""
        header = self.headers[part]
        return header.index(column) if column in header else None


def make_view(competition, view):
    """Path of the folder of a disguised view; its answers are kept beside those of the others."""
    path = os.path.join(competition.folder, "views", view)
    if not os.path.isdir(path) or not has_view(competition, view):
        kind, number = view.split("-")
        if f"{kind}-0" not in available(competition):
            raise Invalid(f"this competition has no view {view!r}")
        rng = np.random.Generator(np.random.PCG64([competition.seed, 9, DISGUISES.index(kind), int(number)]))
        found = Tables(competition)
        ids = rename_ids(competition, found, rng)
        perturb_tables(competition, found, rng)
        labels = MAKERS[kind](competition, found, ids, rng)
        files.write_arrays(label_file(competition.folder, view), **labels)
        if not os.path.isdir(path):
            files.make_folder(path, lambda folder: fill(competition, found, folder))
    return path


def fill(competition, found, folder):
    """The tables as they are now; whatever else there is, as in the fold."""
    for part, name in found.names.items():
        tables.write(os.path.join(folder, name), found.headers[part], found.records[part])
    written = {os.path.normpath(name) for name in found.names.values()}
    for name in layout.files_below(found.folder):
        if name not in written:
            layout.copy_within(os.path.join(found.folder, name), os.path.join(folder, name))
    layout.fix_times(folder)


def labels_of(competition, order, ids):
    """
    The answers of a view whose rows are rows `order` of the fold, int (rows,), -1 for others; `ids`: their names, or None.
    """
    own = competition.labels(FOLD)
    arrays = {name: own[name][order] for name in ("groups", "blocks") if name in own}
    names = {} if ids is None else {"ids": np.array(ids, dtype=str)}
    return {"truth": own["truth"][order], "count": np.array(len(order)), "order": order, **names, **arrays}


def rename_ids(competition, found, rng):
    """Ids get names that sort as before, in all tables; those of the fold's rows, or None where rows have none."""
    id_column = competition.task["id_column"]
    known = competition.ids(FOLD)
    if known is None:
        return None
    every = set(known)
    for part in ("train", "test"):
        place = found.place(part, id_column)
        if place is not None:
            every.update(record[place] for record in found.records[part])
    new = renaming.rename(sorted(every), rng)
    for part in found.names:
        place = found.place(part, id_column)
        for record in found.records[part] if place is not None else []:
            record[place] = new[record[place]]
    return [new[name] for name in known]


def rekey(competition, found, ids, rng):
    """The rows of all tables stand in another order, but for a split by time."""
    order = np.arange(len(ids))
    if competition.split["strategy"] != "time" and len(found.records["test"]) == len(ids):
        order = rng.permutation(len(ids))
        for part in ("test", "sample_submission"):
            found.records[part] = [found.records[part][i] for i in order]
        found.records["train"] = [found.records["train"][i] for i in rng.permutation(len(found.records["train"]))]
    return labels_of(competition, order, [ids[i] for i in order])


def perturb(competition, _found, ids, _rng):
    """The rows stay where they are."""
    return labels_of(competition, np.arange(competition.count(FOLD)), ids)


def freshen(competition, found, known, rng):
    """Rows of another fold, which trained before, are predicted beside those of the fold, in a mixed order."""
    task = competition.task
    id_place, own = found.place("train", task["id_column"]), competition.rows(FOLD)
    others = np.flatnonzero(np.isin(np.sort(own.train), competition.rows(OTHER_FOLD).valid))
    most = int(min(len(own.valid), MAX_MOVED_SHARE * len(own.train)))
    if id_place is None or len(found.records["train"]) != len(own.train) or most < 1:
        raise Invalid("this competition has no view 'fresh-0'")
    moved = np.sort(rng.permutation(others)[:most])
    places = [found.place("train", name) for name in found.headers["test"]]
    hidden = [name in task["target_columns"] for name in found.headers["test"]]
    records = [[*record] for record in found.records["test"]]
    fills = found.records["sample_submission"][0]
    sample_id = found.place("sample_submission", task["id_column"])
    samples = [[*record] for record in found.records["sample_submission"]]
    for i in moved.tolist():
        record = found.records["train"][i]
        records.append(["" if place is None or hide else record[place] for place, hide in zip(places, hidden)])
        samples.append([record[id_place] if at == sample_id else cell for at, cell in enumerate(fills)])
    gone = set(moved.tolist())
    found.records["train"] = [record for i, record in enumerate(found.records["train"]) if i not in gone]
    mixed = rng.permutation(len(records))
    found.records["test"] = [records[i] for i in mixed]
    found.records["sample_submission"] = [samples[i] for i in mixed]
    ids = [*known, *(samples[len(own.valid) + n][sample_id] for n in range(len(moved)))]
    order = np.where(mixed < len(own.valid), mixed, -1)
    labels = labels_of(competition, order, [ids[i] for i in mixed])
    other = competition.rows(OTHER_FOLD).valid
    units = np.sort(own.train)[moved]
    answers = competition.truth(OTHER_FOLD)[np.argsort(other)[np.searchsorted(np.sort(other), units)]]
    labels["truth"] = np.concatenate([competition.truth(FOLD), answers])[mixed]
    return labels


MAKERS = {"rekeyed": rekey, "perturbed": perturb, "fresh": freshen}
