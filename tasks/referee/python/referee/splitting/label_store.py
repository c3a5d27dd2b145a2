"""Where the answers and the rows of the views are kept, and in which form."""

import hashlib
import os

import numpy as np


def final_arrays(ids, count):
    """The arrays of the final view, which has a count of rows and ids (or none), but no answers."""
    return {"count": np.array(count), **({} if ids is None else {"ids": np.array(ids, dtype=str)})}


# The first fold once more, with half of its training rows.
HALVED = "halved-0"

# The first fold with no more training rows than the cap allows, whatever the search comes to train on.
TRIAL = "trial-0"

# Disguises of the first fold (`views/disguised_view.py`).
DISGUISES = ("rekeyed", "perturbed", "fresh")


def is_disguised(view):
    """Whether a view shows the first fold in disguise."""
    return view.split("-")[0] in DISGUISES


def label_file(folder, view):
    """
    Where the answers of a view are; never inside a folder that a solution sees. Those of disguised views, which are made
    when they are asked for, lie apart from what was frozen with the split.
    """
    return os.path.join(folder, "disguised" if is_disguised(view) else "labels", f"{view}.npz")


def row_arrays(views):
    """Which row is where: `train_<view>` and `valid_<view>`, int arrays of places in the training table."""
    arrays = {}
    for view, (train, valid) in views.items():
        arrays[f"train_{view}"], arrays[f"valid_{view}"] = train, valid
    return arrays


def whole_name(view):
    """The array of all training rows of a view that is capped otherwise."""
    return f"whole_{view}"


def rows_hash(arrays):
    """SHA-256 of which row is where (see `row_arrays`), as hex digits."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(arrays[name], dtype=np.int64).tobytes())
    return digest.hexdigest()
