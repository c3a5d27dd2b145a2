"""One opened competition: its frozen split, the answers of its views, and the draws over their rows."""

import os
import zlib
from collections import Counter, namedtuple

import numpy as np

from referee import files, tables
from referee.statistics.bootstrap import Resampler
from referee.views.copying import decide, other_files
from referee.splitting.divide import times_of
from referee.faults import Invalid
from referee.splitting.freeze import freeze
from referee.splitting.kept import label_file
from referee.splitting.keys import Keys
from referee.splitting.media import match_media
from referee.problem import Problem
from referee.views.shuffle import base_view
from referee.splitting.source import Source, scoring_task
from referee.splitting.units import read_units

Rows = namedtuple("Rows", "train valid")


class Case:
    """Everything the referee knows of a run; rebuilt from `folder` alone after any restart."""

    def __init__(self, task, folder, seed, subsample, max_folds):
        os.makedirs(folder, mode=0o700, exist_ok=True)
        os.chmod(folder, 0o700)
        self.task, self.folder, self.seed = task, folder, seed
        self.source = Source(task)
        self.frozen = freeze(task, folder, seed, subsample, max_folds)
        self.split = self.frozen["split"]
        self.splittable = self.split["kind"] != "self-reported"
        self.problem = self._problem()
        self.sample_bytes = os.path.getsize(self.source.sample)
        self._labels, self._resamplers, self._units = {}, {}, None
        self._keys, self._further = None, None

    def _problem(self):
        if not self.splittable:
            return None
        problem = Problem(scoring_task(self.task), self.frozen["labels"])
        if problem.kind == "integer":
            numbers = [float(text) for column in self.frozen["labels"] for text in column if text]
            problem.low, problem.high = int(min(numbers)), int(max(numbers))
        return problem

    def rows(self, view):
        """Training and validation rows of a view, as places in the training table."""
        arrays = files.read_arrays(os.path.join(self.folder, "labels", "rows.npz"))
        if f"train_{view}" not in arrays:
            raise Invalid(f"there is no view {view!r}")
        return Rows(arrays[f"train_{view}"], arrays[f"valid_{view}"])

    def labels(self, view):
        """Answers and ids of a view."""
        view = base_view(view)
        if view not in self._labels:
            path = label_file(self.folder, view)
            if not os.path.exists(path):
                raise Invalid(f"there is no view {view!r}")
            self._labels[view] = files.read_arrays(path)
        return self._labels[view]

    def truth(self, view):
        """Answers of a view, in the order of its test table."""
        return self.labels(view)["truth"]

    def ids(self, view):
        """Ids of a view, or None."""
        labels = self.labels(view)
        return labels["ids"].tolist() if "ids" in labels else None

    def count(self, view):
        """Rows that are predicted in a view."""
        return int(self.labels(view)["count"])

    def clusters(self, view):
        """Groups of the rows when groups were kept whole, else None."""
        return self.labels(view).get("groups")

    def blocks(self, view):
        """What is drawn as a whole: groups, or stretches of time whose rows resemble each other; None for single rows."""
        labels = self.labels(view)
        return labels.get("blocks", labels.get("groups"))

    def resampler(self, view, draws=None):
        """The draws over the rows of a view: the same for every solution, so that comparisons are paired."""
        key = (view, draws)
        if key not in self._resamplers:
            seed = [self.seed, 3, zlib.crc32(view.encode())]
            self._resamplers[key] = Resampler(self.count(view), self.clusters(view), seed, draws)
        return self._resamplers[key]

    @property
    def units(self):
        """What was divided, read again from the files."""
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

    def shows(self, units):
        """Which records of the training table belong to these units; those of no unit never do."""
        shown = np.zeros(self.units.count, dtype=bool)
        shown[units] = True
        if self.units.of_train is None:
            return shown
        return (self.units.of_train >= 0) & shown[self.units.of_train]

    def media(self, found):
        """The files of all folders (path -> folder), matched to rows."""
        return match_media(self.source, self.units, self.test_ids, found)

    def renames(self, rows):
        """Where paths name the class: path of a validation row's file -> one that tells nothing, like those of test."""
        column = self.frozen["namesTell"]
        usual = ""
        if self.source.has_test and column in tables.read_header(self.source.test):
            cells = tables.read_columns(self.source.test, [column])[0][column]
            usual = Counter(os.path.dirname(cell) for cell in cells).most_common(1)[0][0]
        cells = self.units.columns[column]
        # Numbers in an order of their own: rows of one class stand together in a table of folders.
        order = np.random.Generator(np.random.PCG64([self.seed, 7])).permutation(self.units.count)
        return {cells[row]: os.path.join(usual, f"row-{order[row]}{os.path.splitext(cells[row])[1]}")
                for row in rows.valid.tolist() if cells[row]}

    @property
    def keys(self):
        """How further tables name the rows."""
        if self._keys is None:
            self._keys = Keys(self.source, self.units, self.test_ids)
        return self._keys

    @property
    def further(self):
        """What becomes of each further file; splits of earlier versions decide it anew."""
        if "further" in self.frozen or not self.splittable:
            return self.frozen.get("further", {})
        if self._further is None:
            times = times_of(self.task, self.units)
            found = {name: part for name, part in other_files(self.task).items() if part is not None}
            self._further, _ = decide(self.source, self.units, self.test_ids,
                                      self.split["strategy"], times, self.media(found))
        return self._further
