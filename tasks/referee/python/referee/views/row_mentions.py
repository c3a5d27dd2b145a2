"""Whether a file or table mentions training rows: such a file gives away what a view must not have."""

import os

BINARY = {".parquet", ".feather", ".arrow", ".npy", ".npz", ".pkl", ".pickle", ".h5", ".hdf5", ".mat",
          ".sqlite", ".db", ".xlsx", ".xls", ".bson", ".rds", ".rda", ".joblib", ".pt", ".pth",
          ".zip", ".gz", ".7z", ".tar", ".tgz", ".bz2", ".xz", ".zst"}
TEXT = {".csv", ".tsv", ".txt", ".md", ".json", ".jsonl", ".ndjson", ".xml", ".yaml", ".yml", ".html",
        ".sql", ".log", ".dat", ".data", ".tab", ".psv", ".arff", ".libsvm", ".svm", ""}
# More text than 64 MiB is not searched.
MAX_BYTES = 64 << 20
# Cells from this length on may hold the text of another cell.
LONG_CELL = 100
# One mark may occur anywhere by chance; one in fifty of them does not.
MARKS_PER_MENTION = 50


def search_file(path, marks):
    """
    Why a file must be held back, or None: rows cannot be taken out of it, so it may mention none.

    `marks`: texts of training rows (see `JoinKeys.marks`).
    """
    ending = os.path.splitext(path)[1].lower()
    if ending in BINARY:
        return f"the content of a {ending} file cannot be divided by rows"
    if os.path.getsize(path) > MAX_BYTES and ending in TEXT:
        return "it is too large to be searched for rows"
    if ending not in TEXT:
        return None
    with open(path, "rb") as file:
        text = file.read().decode("utf-8", "replace")
    return mention(marks, lambda mark: mark in text)


def search_cells(columns, marks):
    """The same of a table that cannot be joined to rows (name -> cells): by its cells, and the text of long ones."""
    cells = {cell for column in columns.values() for cell in column}
    text = "\n".join(sorted(cell for cell in cells if len(cell) >= LONG_CELL))
    if len(text) > MAX_BYTES:
        return None
    return mention(marks, lambda mark: mark in cells or mark in text)


def mention(marks, has):
    """The reason when `has(mark)` holds for enough of the marks, else None."""
    needed, found = max(1, len(marks) // MARKS_PER_MENTION), 0
    for mark in marks:
        found += has(mark)
        if found >= needed:
            return f"it mentions training rows ({mark[:40]!r}, for example)"
    return None
