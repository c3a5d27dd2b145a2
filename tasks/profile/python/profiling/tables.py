"""Reading tables as text: only an empty cell is missing, `None` and `NA` are values like any other."""

import csv
import os
import random

import numpy as np
import pandas as pd

# Texts may be longer than the reader's own limit.
csv.field_size_limit(2**31 - 1)

# Cells of a table that are held at once, about 200 MB as text; of a larger one an even sample of its rows.
MAX_CELLS = 3_000_000
# Rows that are looked at of a table however wide it is, and of one however narrow.
MIN_ROWS, MAX_ROWS = 1_000, 300_000
CHUNK_ROWS = 50_000
# A cell takes a comma at least.
MIN_CELL_BYTES = 1


def read_text(path, columns=None, **options):
    """A table with every cell as text; missing cells are NaN."""
    return pd.read_csv(path, dtype=str, **FORM, usecols=columns, **options)


FORM = {"keep_default_na": False, "na_values": [""], "encoding": "utf-8-sig"}


def header_of(path):
    """The column names of a table."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        return next(csv.reader(file), [])


def count_rows(path):
    """How many records a table has."""
    first = header_of(path)[:1]
    return sum(len(chunk) for chunk in read_text(path, first, chunksize=CHUNK_ROWS * 4, skip_blank_lines=True))


def read_sample(path, columns=None, cells=MAX_CELLS):
    """The rows to look at (a frame of text), and how many there are in all; one of more `cells` is sampled evenly."""
    width = len(columns or header_of(path))
    most = min(MAX_ROWS, max(MIN_ROWS, cells // max(1, width)))
    if os.path.getsize(path) <= most * width * MIN_CELL_BYTES:
        frame = read_text(path, columns)
        return frame, len(frame)
    total = count_rows(path)
    if total <= most:
        return read_text(path, columns), total
    kept = frozenset(random.Random(0).sample(range(1, total + 1), most))
    return read_text(path, columns, skiprows=lambda line: line > 0 and line not in kept), total


def row_hashes(frame):
    """A hash of each row's cells, int (rows,), equal for equal rows of this process."""
    cells = frame.to_numpy(dtype=object)
    return np.array([hash(tuple(row)) for row in np.where(frame.isna().to_numpy(), "", cells)], dtype=np.int64)


def all_row_hashes(path, columns):
    """The same of all rows of a table, of which one is held at a time."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        records = csv.reader(file)
        header = next(records)
        places = [header.index(name) for name in columns]
        found = (hash(tuple([record[place] for place in places])) for record in records if record)
        return np.fromiter(found, dtype=np.int64)
