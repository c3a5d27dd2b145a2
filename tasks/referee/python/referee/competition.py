"""One opened competition: its frozen split, the answers of its views, and the draws over their rows."""

import os
import zlib
from collections import Counter, namedtuple

import numpy as np

from referee import files, tables
from referee.errors import Invalid
from referee.problem import Problem
from referee.splitting.freeze import freeze_split
from referee.splitting.join_keys import JoinKeys
from referee.splitting.label_store import TRIAL, label_file, whole_name
from referee.splitting.media import match_media
from referee.splitting.source import Source, scoring_task
from referee.splitting.units import read_units
from referee.statistics.bootstrap import Resampler
from referee.views.shuffled_view import FOLD, base_view

Rows = namedtuple("Rows", "train valid")


class Competition:
    """
    Everything the referee knows of a run; rebuilt from `folder` alone after any restart. Methods that take a view
    raise `Invalid` for one that does not exist; `shuffled-0`, `halved-0` and `trial-0` have the answers of `fold-0`.
    """

    def __init__(self, task, folder, seed, subsample, max_folds):
        os.makedirs(folder, mode=0o700, exist_ok=True)
        os.chmod(folder, 0o700)
        self.task, self.folder, self.seed = task, folder, seed
        self.source = Source(task)
        self.frozen = freeze_split(task, folder, seed, subsample, max_folds)
        self.split = self.frozen["split"]
        self.splittable = self.split["kind"] != "self-reported"
        self.problem = self._problem()
        self.sample_bytes = os.path.getsize(self.source.sample)
        self._labels, self._resamplers, self._units = {}, {}, None
        self._join_keys = None

    def _problem(self):
        if not self.splittable:
            return None
        problem = Problem(scoring_task(self.task), self.frozen["labels"])
        if problem.kind == "integer":
            numbers = [float(text) for column in self.frozen["labels"] for text in column if text]
            problem.low, problem.high = int(min(numbers)), int(max(numbers))
        return problem

    def rows(self, view):
        """Training and validation rows of a view, int arrays of places in the training table."""
        arrays = self._row_arrays()
        if f"train_{view}" not in arrays:
            raise Invalid(f"there is no view {view!r}")
        train = arrays[f"train_{view}"]
        if self.has_all_rows:
            train = arrays.get(whole_name(view), train)
        return Rows(train, arrays[f"valid_{view}"])

    def _row_arrays(self):
        return files.read_arrays(os.path.join(self.folder, "labels", "rows.npz"))

    @property
    def has_all_rows(self):
        """Whether the search trains on all rows of its views, whatever cap the split was frozen with."""
        return os.path.exists(self._all_rows_mark)

    @property
    def _all_rows_mark(self):
        return os.path.join(self.folder, "all-rows.json")

    def capped_rows(self):
        """Training rows of the first fold under the cap and without it (`capped`, `whole`); None where no cap bites."""
        if not self.splittable:
            return None
        arrays = self._row_arrays()
        if whole_name(FOLD) not in arrays:
            return None
        return {"capped": len(arrays[f"train_{TRIAL}"]), "whole": len(arrays[whole_name(FOLD)])}

    def use_all_rows(self):
        """Lifts the cap for good. Raises `Invalid` where a script may have seen a capped view of the search."""
        if self.has_all_rows:
            return
        if os.path.isdir(os.path.join(self.folder, "views", FOLD)):
            raise Invalid("the cap on training rows cannot be lifted after a search view was shown")
        files.write_json(self._all_rows_mark, {"why": "the search trains on all rows of its views"})

    def labels(self, view):
        """The arrays of a view: `truth`, `count`, and where there are any `ids`, `groups`, `blocks`."""
        view = base_view(view)
        if view not in self._labels:
            path = label_file(self.folder, view)
            if not os.path.exists(path):
                raise Invalid(f"there is no view {view!r}")
            self._labels[view] = files.read_arrays(path)
        return self._labels[view]

    def truth(self, view):
        """Answers of a view in the order of its test table: (rows, targets), numbers, class codes or texts."""
        return self.labels(view)["truth"]

    def ids(self, view):
        """Ids of a view as texts, or None."""
        labels = self.labels(view)
        return labels["ids"].tolist() if "ids" in labels else None

    def count(self, view):
        """Rows that are predicted in a view."""
        return int(self.labels(view)["count"])

    def clusters(self, view):
        """Group of each row, int (rows,), when groups were kept whole, else None."""
        return self.labels(view).get("groups")

    def blocks(self, view):
        """What an interval draws as a whole, int (rows,): groups, or blocks of times; None for single rows."""
        labels = self.labels(view)
        return labels.get("blocks", labels.get("groups"))

    def resampler(self, view, draws=None):
        """The bootstrap over the rows of a view: the same draws for every solution, so that comparisons are paired."""
        key = (view, draws)
        if key not in self._resamplers:
            seed = [self.seed, 3, zlib.crc32(view.encode())]
            self._resamplers[key] = Resampler(self.count(view), self.clusters(view), seed, draws)
        return self._resamplers[key]

    @property
    def units(self):
        """The units that were divided (`splitting.units.Units`), read again from the files."""
        if self._units is None:
            self._units = read_units(self.source)
        return self._units

    @property
    def train_ids(self):
        """Names of the units, or None."""
        return self.units.ids

    @property
    def test_ids(self):
        """Names of the units of the test table."""
        final = self.labels("final")
        return final["units"].tolist() if "units" in final else self.ids("final") or []

    def records_of(self, units):
        """Which records of the training table belong to these units, bool (records,); those of no unit never do."""
        chosen = np.zeros(self.units.count, dtype=bool)
        chosen[units] = True
        if self.units.of_train is None:
            return chosen
        return (self.units.of_train >= 0) & chosen[self.units.of_train]

    def media(self, found):
        """The files of all folders (path -> folder), matched to rows."""
        return match_media(self.source, self.units, self.test_ids, found)

    def neutral_paths(self, rows):
        """Where paths name the class: path of a validation row's file -> one that does not."""
        column = self.frozen["nameLeak"]
        folder = ""
        if self.source.has_test and column in tables.read_header(self.source.test):
            cells = tables.read_columns(self.source.test, [column])[0][column]
            folder = Counter(os.path.dirname(cell) for cell in cells).most_common(1)[0][0]
        cells = self.units.columns[column]
        # Numbers in an order of their own: rows of one class stand together in a table of folders.
        order = np.random.Generator(np.random.PCG64([self.seed, 7])).permutation(self.units.count)
        return {cells[row]: os.path.join(folder, f"row-{order[row]}{os.path.splitext(cells[row])[1]}")
                for row in rows.valid.tolist() if cells[row]}

    @property
    def join_keys(self):
        """How auxiliary tables are joined to the rows."""
        if self._join_keys is None:
            self._join_keys = JoinKeys(self.source, self.units, self.test_ids)
        return self._join_keys
