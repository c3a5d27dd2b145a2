"""One opened competition: its frozen split, the answers of its views, and the draws over their rows."""

import os
import zlib
from collections import namedtuple

from . import files, tables
from .bootstrap import Resampler
from .faults import Invalid
from .freeze import freeze, label_file
from .media import Media, keys_of
from .problem import Problem
from .shuffle import base_view
from .source import Source

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
        self.train_count = self.split["trainRows"]
        self.sample_bytes = os.path.getsize(self.source.sample)
        self._labels, self._resamplers, self._train = {}, {}, None

    def _problem(self):
        if not self.splittable:
            return None
        problem = Problem(self.task, self.frozen["labels"])
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

    def resampler(self, view, draws=None):
        """The draws over the rows of a view: the same for every solution, so that comparisons are paired."""
        key = (view, draws)
        if key not in self._resamplers:
            seed = [self.seed, 3, zlib.crc32(view.encode())]
            self._resamplers[key] = Resampler(self.count(view), self.clusters(view), seed, draws)
        return self._resamplers[key]

    def _train_columns(self):
        if self._train is None:
            header = tables.read_header(self.source.train)
            media = self.source.media_columns(header)
            names = [self.task["id_column"]] if self.task["id_column"] in header else []
            columns, _ = tables.read_columns(self.source.train, list(dict.fromkeys(names + media)))
            ids = columns[names[0]] if names else None
            self._train = header, ids, [columns[name] for name in media]
        return self._train

    @property
    def train_header(self):
        """Columns of the training table."""
        return self._train_columns()[0]

    @property
    def train_ids(self):
        """Ids of the training table, or None."""
        return self._train_columns()[1]

    def all_ids(self):
        """Ids of training and test rows together."""
        return set(self.train_ids or []) | set(self.ids("final") or [])

    def media(self, found):
        """The files of all folders (path -> folder), matched to rows."""
        tested = []
        if self.source.has_test:
            names = self.source.media_columns(tables.read_header(self.source.test))
            columns, _ = tables.read_columns(self.source.test, names)
            tested = [columns[name] for name in names]
        train_ids = {name: [i] for i, name in enumerate(self.train_ids or [])}
        test_ids = set(self.ids("final") or [])
        return Media(found, keys_of(self._train_columns()[2]), keys_of(tested),
                     train_ids, test_ids)
