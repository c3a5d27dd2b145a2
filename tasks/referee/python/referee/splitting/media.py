"""Which media file belongs to which row, and where the file of a validation row goes in a view."""

import os
import re
from collections import Counter

from referee import tables


class Media:
    """The files of all folders, matched to rows by path, name, name without extension, or a folder that is so named."""

    def __init__(self, found, train_keys, test_keys, train_ids, test_ids):
        # Path -> the folder of the task that it lies in.
        self.found = found
        # Path -> the folder in which the name of its row stands, where that is not the file's own name.
        self.shelves = {}
        self.train_rows = {}
        self.only_test = set()
        self.by_name = set()
        by_id = self._keyed_by_id(train_ids)
        for path in found:
            for exact, key in self._keys(path):
                rows = train_keys.get(key)
                if rows is None and by_id and not exact:
                    rows = train_ids.get(key)
                tested = key in test_keys or (by_id and not exact and key in test_ids)
                if rows is None and not tested:
                    continue
                self._match(path, rows, exact)
                break
            else:
                self._match_folder(path, train_keys, test_keys, train_ids if by_id else {},
                                   test_ids if by_id else set())
        self.test_folders = Counter(self._shelf(path) for path in self.only_test)
        self.places = self._places()

    def _keys(self, path):
        """What may name the file, and whether that says in which folder it lies."""
        base, below = os.path.basename(path), os.path.relpath(path, self.found[path])
        return (
            (True, path),
            (below != base, below),
            (False, base),
            (False, os.path.splitext(base)[0]),
        )

    def _match_folder(self, path, train_keys, test_keys, train_ids, test_ids):
        """A file in a folder of its row: `train/17/scan-1.dcm` is of row 17."""
        top = self.found[path]
        inside = os.path.dirname(os.path.relpath(path, top))
        if top == path or not inside:
            return
        parts = inside.split(os.sep)
        for place, name in enumerate(parts):
            rows = train_keys.get(name) or train_ids.get(name)
            if rows is None and name not in test_keys and name not in test_ids:
                continue
            self.shelves[path] = os.path.join(top, *parts[:place])
            self._match(path, rows, False)
            return

    def _shelf(self, path):
        """The folder in which what is named after a row lies: a file, or a folder of files."""
        return self.shelves.get(path, os.path.dirname(path))

    def _keyed_by_id(self, ids):
        """Whether files, or the folders they lie in, are named after ids: a fair part of the ids."""
        if not ids:
            return False
        named = {name for path in self.found
                 for name in (os.path.basename(path), os.path.splitext(os.path.basename(path))[0],
                              *os.path.dirname(os.path.relpath(path, self.found[path])).split(os.sep)) if name in ids}
        return len(named) >= 0.2 * len(ids)

    def _match(self, path, rows, exact):
        if rows is None:
            self.only_test.add(path)
        else:
            self.train_rows[path] = rows
            if not exact:
                self.by_name.add(path)

    def _places(self):
        """Folder of training files -> where such files of test rows lie, or None where test rows have none."""
        folders = {self._shelf(path) for path in self.train_rows}
        if not self.test_folders:
            return {folder: folder for folder in folders}
        named = {folder: self._counterpart(folder) for folder in folders}
        if any(place is not None for place in named.values()):
            return named
        usual = self.test_folders.most_common(1)[0][0]
        return {folder: usual for folder in folders}

    def _counterpart(self, folder):
        """The folder itself when it has test files too, else one named `test` where this one is named `train`."""
        if folder in self.test_folders:
            return folder
        place = re.sub("train(ing)?", "test", folder, flags=re.IGNORECASE)
        known = {name.lower(): name for name in self.test_folders}
        while place != folder and place:
            if place.lower() in known:
                return known[place.lower()]
            place = os.path.dirname(place)
        return None

    def targets(self, view):
        """
        Path -> path in the view, or None to leave it out; files of no row are not listed. `view`: `train` and `valid`,
        int arrays of units.
        """
        visible_train, visible_valid = set(view.train.tolist()), set(view.valid.tolist())
        moved = {path: None for path in self.only_test}
        for path, rows in self.train_rows.items():
            in_train = any(row in visible_train for row in rows)
            in_valid = any(row in visible_valid for row in rows)
            moved[path] = path if in_train or in_valid else None
            if in_valid and not in_train and path in self.by_name:
                moved[path] = self._moved(path)
        return moved

    def renamed(self, names, view):
        """Path -> path in the view, for files of validation rows whose cells are other ones there."""
        moved, trained = {}, set(view.train.tolist())
        for path, rows in self.train_rows.items():
            cell = next((each for _, each in self._keys(path) if each in names), None)
            if cell is not None and path.endswith(cell) and trained.isdisjoint(rows):
                moved[path] = path[: -len(cell)] + names[cell]
        return moved

    def _moved(self, path):
        """Where a validation row's file goes; None when rows of the test have no such file (a mask, say)."""
        folder = self._shelf(path)
        place = self.places[folder]
        if place is None or place == folder:
            return None if place is None else path
        return os.path.join(place, os.path.relpath(path, folder))


def keys_of(columns):
    """Cell -> rows that name it, over all media columns."""
    keys = {}
    for cells in columns:
        for row, cell in enumerate(cells):
            if cell:
                keys.setdefault(os.path.normpath(cell), []).append(row)
    return keys


def match_media(source, units, test_ids, found):
    """The media files matched to the units. `found`: path -> the entry of the task that it lies below."""
    tested = []
    if source.has_test:
        names = source.media_columns(tables.read_header(source.test))
        columns, _ = tables.read_columns(source.test, names)
        tested = [columns[name] for name in names]
    named = [units.columns[name] for name in source.media_columns(units.columns)]
    train_ids = {name: [i] for i, name in enumerate(units.ids or [])}
    return Media(found, keys_of(named), keys_of(tested), train_ids, set(test_ids or []))
