"""Which file of a folder belongs to which row, and where a validation row's file goes."""

import os
from collections import Counter


class Media:
    """The files of one folder, matched to rows by path, name, or name without extension."""

    def __init__(self, folder, found, train_keys, test_keys, train_ids, test_ids):
        self.folder = folder
        self.found = found
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
        self.test_folder = self._folder_of_test()

    def _keys(self, path):
        base = os.path.basename(path)
        return (
            (True, os.path.normpath(path)),
            (True, os.path.relpath(path, self.folder)),
            (False, base),
            (False, os.path.splitext(base)[0]),
        )

    def _keyed_by_id(self, ids):
        """Whether the files are named after ids: half of them, and a fair part of the ids."""
        if not ids:
            return False
        hits = sum(1 for path in self.found
                   if os.path.basename(path) in ids or os.path.splitext(os.path.basename(path))[0] in ids)
        return hits >= 0.2 * len(ids)

    def _match(self, path, rows, exact):
        if rows is None:
            self.only_test.add(path)
        else:
            self.train_rows[path] = rows
            if not exact:
                self.by_name.add(path)

    def _folder_of_test(self):
        """Where the files of test rows lie, when that is not where those of training rows lie."""
        test = Counter(os.path.dirname(path) for path in self.only_test)
        train = Counter(os.path.dirname(path) for path in self.train_rows)
        if not test or not train:
            return None
        place = test.most_common(1)[0][0]
        return None if place == train.most_common(1)[0][0] else place

    def targets(self, view):
        """Path -> path in the view, or None to leave it out; files of no row are not listed."""
        visible_train, visible_valid = set(view.train.tolist()), set(view.valid.tolist())
        moved = {path: None for path in self.only_test}
        for path, rows in self.train_rows.items():
            in_train = any(row in visible_train for row in rows)
            in_valid = any(row in visible_valid for row in rows)
            moved[path] = path if in_train or in_valid else None
            if in_valid and not in_train and self.test_folder and path in self.by_name:
                moved[path] = os.path.join(self.test_folder, os.path.basename(path))
        return moved


def keys_of(columns):
    """Cell -> rows that name it, over all media columns."""
    keys = {}
    for cells in columns:
        for row, cell in enumerate(cells):
            if cell:
                keys.setdefault(os.path.normpath(cell), []).append(row)
    return keys
