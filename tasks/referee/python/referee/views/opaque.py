"""Files that are no tables: what of the training rows stands in them."""

import os

BINARY = {".parquet", ".feather", ".arrow", ".npy", ".npz", ".pkl", ".pickle", ".h5", ".hdf5", ".mat",
          ".sqlite", ".db", ".xlsx", ".xls", ".bson", ".rds", ".rda", ".joblib", ".pt", ".pth",
          ".zip", ".gz", ".7z", ".tar", ".tgz", ".bz2", ".xz", ".zst"}
MAX_BYTES = 64 << 20
LONG_CELL = 100



def look_inside(path, marks):
    """Why a file must be held back, or None: rows cannot be taken out of it, so it must speak of none."""
    ending = os.path.splitext(path)[1].lower()
    if ending in BINARY:
        return f"what stands in a {ending} file cannot be told apart by rows"
    if os.path.getsize(path) > MAX_BYTES and ending in TEXT:
        return "it is too large to be looked through for rows"
    if ending not in TEXT:
        return None
    with open(path, "rb") as file:
        text = file.read().decode("utf-8", "replace")
    return verdict(marks, lambda mark: mark in text)


def look_at_cells(columns, marks):
    """The same of a table by whose columns no row could be told: its cells, and the text of long ones."""
    cells = {cell for column in columns.values() for cell in column}
    text = "\n".join(sorted(cell for cell in cells if len(cell) >= LONG_CELL))
    if len(text) > MAX_BYTES:
        return None
    return verdict(marks, lambda mark: mark in cells or mark in text)


def verdict(marks, has):
    """Words of one row may stand anywhere by chance, those of one row in fifty do not."""
    needed, found = max(1, len(marks) // 50), 0
    for mark in marks:
        found += has(mark)
        if found >= needed:
            return f"it speaks of training rows (of {mark[:40]!r}, for example)"
    return None


TEXT = {".csv", ".tsv", ".txt", ".md", ".json", ".jsonl", ".ndjson", ".xml", ".yaml", ".yml", ".html",
        ".sql", ".log", ".dat", ".data", ".tab", ".psv", ".arff", ".libsvm", ".svm", ""}
