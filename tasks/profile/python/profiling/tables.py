"""Reading tables as text: only an empty cell is missing, `None` and `NA` are values like any other."""

import os

import pandas as pd

# Tables of more bytes are sampled while they are read, to bound memory.
WHOLE_BYTES = 150_000_000
CHUNK_ROWS = 50_000
# Rows of a sample of such a table, and of a table that is read whole: statistics of a column are exact enough then.
SAMPLE_ROWS = 100_000
MAX_ROWS = 300_000


def read_text(path, columns=None, **options):
    """A table with every cell as text; missing cells are NaN."""
    return pd.read_csv(
        path,
        dtype=str,
        keep_default_na=False,
        na_values=[""],
        encoding="utf-8-sig",
        usecols=columns,
        **options,
    )


def header_of(path):
    """The column names of a table."""
    return list(read_text(path, nrows=0).columns)


def count_rows(path):
    """How many records a table has."""
    first = header_of(path)[:1]
    return sum(len(chunk) for chunk in read_text(path, first, chunksize=CHUNK_ROWS * 4, skip_blank_lines=True))


def read_sample(path, columns=None):
    """The rows to look at (a frame of text), and how many there are in all; a large table is sampled evenly."""
    if os.path.getsize(path) <= WHOLE_BYTES:
        frame = read_text(path, columns)
        total = len(frame)
        if total > MAX_ROWS:
            frame = frame.sample(MAX_ROWS, random_state=0).sort_index()
        return frame, total
    total = count_rows(path)
    share = min(1.0, SAMPLE_ROWS / max(total, 1))
    parts = [
        chunk.sample(frac=share, random_state=0).sort_index()
        for chunk in read_text(path, columns, chunksize=CHUNK_ROWS)
    ]
    return pd.concat(parts, ignore_index=True), total
