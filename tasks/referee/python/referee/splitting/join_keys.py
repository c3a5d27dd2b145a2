"""The columns by which an auxiliary table can be joined to the rows of train and test."""

import numpy as np

from referee import tables

# Share of distinct cells from which on a column identifies rows.
NEAR_UNIQUE = 0.95
# Records of train that are looked at to find such columns.
PROBED_ROWS = 2_000
# Texts of one column by which a file is known to mention training rows (see `row_mentions`).
MARKS_PER_COLUMN = 60


class JoinKeys:
    """The keys of one competition: what names its rows and groups, for tables to be joined by."""

    def __init__(self, source, units, test_ids):
        self.source, self.units = source, units
        self.test_header = tables.read_header(source.test) if source.has_test else []
        self.test_ids = set(test_ids or [])
        self._near = None
        self._read, self._own = (None, None), {}

    def match_rows(self, path, header, has_answer):
        """
        How a table is joined to rows: by the id, by another column that identifies rows, or by several columns
        together. Returns a decision (`kind`, `key`, `own`, `trainOnly`, `blank`), or None when it is not.
        """
        key = self.source.key
        if self.units.ids is not None and all(name in header for name in key):
            return self._by(path, header, key, key, has_answer, strict=not has_answer)
        for name, own in self._candidates(header):
            found = self._by(path, header, [name], [own], has_answer, strict=True)
            if found is not None:
                return found
        return self._by_cells(path, header, has_answer)

    def match_groups(self, path, header, has_answer):
        """How a table is joined to the groups of the split, as `match_rows`."""
        name = self.source.task["group_column"]
        if name not in header:
            return None
        return self._decision(path, header, [name], [name], has_answer, "groups")

    def _by(self, path, header, key, own, has_answer, strict):
        cells = set(self.keys_of(path, key))
        names = self.own_keys(own)
        everywhere = set(names) | self.test_keys(own)
        shared = cells & everywhere
        of_rows = len(shared) >= 0.5 * len(everywhere) or (
            len(shared) >= 0.9 * len(cells) and len(shared) >= 0.02 * len(everywhere)
        )
        if strict and not of_rows:
            return None  # a lookup table whose own ids happen to be called the same
        return self._decision(path, header, key, own, has_answer, "rows")

    def _decision(self, path, header, key, own, has_answer, kind):
        """What test rows have no record of, validation rows have none of either."""
        found = self.keys_of(path, key)
        trained, tested = set(self.own_keys(own)), self.test_keys(own)
        known = set(found)
        covered = len(trained & known) / max(1, len(trained))
        covers_test = len(tested & known) / max(1, len(tested))
        train_only = has_answer or covers_test < 0.5 * covered
        blank = [] if train_only else columns_empty_in_test(path, header, key, found, trained, tested)
        return {"kind": kind, "key": list(key), "own": list(own), "trainOnly": bool(train_only),
                "blank": blank}

    def _by_cells(self, path, header, has_answer):
        """A table without ids that repeats training rows."""
        common = [name for name in self.units.header if name in header]
        features = [name for name in common if name not in self.source.task["target_columns"]]
        if self.units.of_train is not None or not (has_answer and common or len(features) >= 2):
            return None
        names = self.own_keys(common)
        if not has_answer and len(set(names)) < 0.9 * len(names):
            return None
        cells = self.keys_of(path, common)
        repeated = set(names) & set(cells)
        if not has_answer and len(repeated) < 0.02 * len(names):
            return None
        if has_answer and not features:
            return None
        return self._decision(path, header, common, common, has_answer, "rows")

    def _candidates(self, header):
        """Pairs of a column of the table and one of train that differs from row to row."""
        own = [*(self.source.key if len(self.source.key) == 1 and self.units.ids is not None else []),
               *self.near_unique()]
        return [(name, each) for each in dict.fromkeys(own) for name in header
                if name == each or not self._plain_numbers(each)]

    def near_unique(self):
        """Columns of train whose cells nearly all differ and are no measurements."""
        if self._near is not None:
            return self._near
        records = tables.rows(self.source.train)
        header = next(records)
        some = [record for record, _ in zip(records, range(PROBED_ROWS))]
        owners = list(range(len(some)))
        if self.units.of_train is not None:
            owners = self.units.of_train[: len(some)].tolist()
        units = len(set(owners))
        targets = self.source.task["target_columns"]
        self._near = [
            name for place, name in enumerate(header)
            if name not in targets and identifies_rows([record[place] for record in some], owners, units)
        ]
        return self._near

    def _plain_numbers(self, name):
        """Small whole numbers are equal by chance."""
        return all(cell.isdigit() and len(cell) < 6 for (cell,) in self.own_keys([name])[:PROBED_ROWS])

    def own_keys(self, names):
        """The name of each unit by these columns, as a tuple."""
        if tuple(names) not in self._own:
            columns = self.units.columns
            if not all(name in columns for name in names):
                columns = self._of_units(names)
            self._own[tuple(names)] = list(zip(*(columns[name] for name in names)))
        return self._own[tuple(names)]

    def _of_units(self, names):
        """Cells of each unit, from its first record."""
        columns, _ = tables.read_columns(self.source.train, list(names))
        if self.units.of_train is None:
            return columns
        first = np.zeros(self.units.count, dtype=np.int64)
        kept = np.flatnonzero(self.units.of_train >= 0)[::-1]
        first[self.units.of_train[kept]] = kept
        return {name: [cells[i] for i in first] for name, cells in columns.items()}

    def columns_of(self, path):
        """All columns of a table; it is read once."""
        if self._read[0] != path:
            columns, _ = tables.read_columns(path, tables.read_header(path))
            self._read = path, columns
        return self._read[1]

    def keys_of(self, path, names):
        """The tuple of cells by which each record of a table names its row."""
        columns = self.columns_of(path)
        return list(zip(*(columns[name] for name in names)))

    def test_keys(self, names):
        """The same of the test rows; empty where the test table has no such columns."""
        if names == self.source.key and len(names) == 1 and self.test_ids:
            return {(name,) for name in self.test_ids}
        if not names or not all(name in self.test_header for name in names):
            return set()
        columns, _ = tables.read_columns(self.source.test, names)
        return set(zip(*(columns[name] for name in names)))

    def marks(self):
        """Texts of training rows by which a file is known to mention them, sorted."""
        found = [name for (name,) in self.own_keys(self.source.key)] if (
            self.units.ids is not None and len(self.source.key) == 1) else []
        found = evenly(found)
        for name in self.near_unique()[:3]:
            found += evenly([cell for (cell,) in self.own_keys([name])])
        for name in self.source.task["target_columns"]:
            cells = self.units.columns[name]
            if len(set(cells)) >= 0.5 * len(cells):
                found += evenly(cells)
        return sorted({mark for mark in found if is_mark(mark)})


def identifies_rows(cells, owners, units):
    """Whether nearly every unit has a cell of its own, and one only; measurements do so by chance."""
    pairs = set(zip(cells, owners))
    distinct = len(set(cells))
    if distinct < NEAR_UNIQUE * units or len(pairs) > units / NEAR_UNIQUE:
        return False
    return not any("." in cell and is_number(cell) for cell in cells)


def evenly(cells, count=MARKS_PER_COLUMN):
    """Some of the cells, evenly."""
    return list(cells[:: max(1, len(cells) // count)])


def is_mark(cell):
    """Long enough not to stand anywhere by chance."""
    return len(cell) >= 6 or (len(cell) >= 4 and not cell.isdigit())


def is_number(cell):
    """Whether a cell can be read as a number."""
    try:
        float(cell)
    except ValueError:
        return False
    return True


def columns_empty_in_test(path, header, key, found, trained, tested):
    """Columns that are filled for training rows and empty for every test row."""
    if not tested:
        return []
    filled = {name: [0, 0] for name in header if name not in key}
    records = tables.rows(path)
    next(records)
    counts = [0, 0]
    for record, name in zip(records, found):
        side = 1 if name in tested else 0 if name in trained else None
        if side is None:
            continue
        counts[side] += 1
        for column, cell in zip(header, record):
            if cell and column in filled:
                filled[column][side] += 1
    return [name for name, (train, test) in filled.items()
            if counts[1] > 0 and test == 0 and train >= 0.1 * max(1, counts[0])]
