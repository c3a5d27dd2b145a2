"""Where the answers and the rows of the views are kept, and in which form."""

import hashlib
import os

import numpy as np

from referee import files


def final_arrays(ids, count):
    """The final view has ids but no answers."""
    return {"count": np.array(count), **({} if ids is None else {"ids": np.array(ids, dtype=str)})}


def label_file(folder, view):
    """Where the answers of a view are; never inside a folder that a solution sees."""
    return os.path.join(folder, "labels", f"{view}.npz")


def row_arrays(views):
    """Which row is where, by name of view and side."""
    arrays = {}
    for view, (train, valid) in views.items():
        arrays[f"train_{view}"], arrays[f"valid_{view}"] = train, valid
    return arrays


def rows_hash(arrays):
    """Hash of which row is where."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(arrays[name], dtype=np.int64).tobytes())
    return digest.hexdigest()
