"""Rows that are copies of others but for a few columns, or for noise in their numbers."""

from itertools import combinations

import numpy as np
import pandas as pd

from referee.problem import as_number
from referee.splitting.row_order import MAX_COPIES_SHARE, MAX_SET_SHARE

# Columns that copies may differ in: as many as this, where so many others must agree.
MAX_DIFFERENT = 2
MIN_AGREEING = 3
# Combinations of columns that are tried, and numbers that distances are taken over.
MAX_TRIED, MIN_TRIED, MAX_TRIED_ROWS = 300, 10, 4_000_000
MAX_NUMBERS = 10
MAX_ROWS = 30_000
# Fewer copies do not move a score.
MIN_SHARE = 0.02
# Copies up to noise are nearer to each other than a quarter of what nineteen in twenty test rows are to a training row.
NEAR, QUANTILE = 0.25, 0.05
# A number with fewer different values is a code.
MIN_VALUES = 20


def near_copies(codes, cells, count):
    """
    Ways in which rows are copies of others: codes of sets among the rows of both tables, int (train + test rows,), and
    what they differ in; none where fewer than 2 % of the training rows have a copy. `codes`, `cells`: column -> codes
    and texts, the `count` training rows first.
    """
    if len(codes) < MIN_AGREEING:
        return
    yield from but_for_some(codes, count)
    yield from but_for_noise([cells[name] for name in codes], count)


def but_for_some(columns, count):
    """Copies that differ in the same one or two columns, or in none."""
    names, table = list(columns), np.column_stack(list(columns.values()))
    rng = np.random.Generator(np.random.PCG64(17))
    weights = rng.integers(1, 2**62, size=table.shape[1], dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    parts = (table.astype(np.uint64) + np.uint64(1)) * weights
    # Of sums modulo 2^64 a column is taken away by subtraction; squares keep sums of codes from meeting by chance.
    parts = parts * (parts ^ (parts >> np.uint64(29)))
    whole = parts.sum(axis=1, dtype=np.uint64)
    most = min(MAX_DIFFERENT, table.shape[1] - MIN_AGREEING)
    tried = [without for size in range(most + 1) for without in combinations(range(table.shape[1]), size)]
    tried = tried[: min(MAX_TRIED, max(MIN_TRIED, MAX_TRIED_ROWS // len(table)))]
    for without in tried:
        codes = pd.factorize(whole - parts[:, without].sum(axis=1, dtype=np.uint64))[0]
        if is_copied(codes[:count], MAX_COPIES_SHARE):
            yield codes, "the same but for " + " and ".join([*(names[i] for i in without), "the id"])


def is_copied(codes, most=1.0):
    """
    Whether enough rows have a copy, no more than the share `most`, and sets are not too large for copies. `codes`: int
    (train rows,).
    """
    sizes = np.bincount(codes)
    copied = sizes[sizes > 1].sum() / len(codes)
    return sizes.max() <= max(10, MAX_SET_SHARE * len(codes)) and MIN_SHARE <= copied <= most


def but_for_noise(cells, count):
    """Copies whose numbers differ by noise: far nearer to each other than test rows are to any training row."""
    if count > MAX_ROWS:
        return
    numbers = [read for read in map(numbers_of, cells) if read is not None]
    if len(numbers) < MIN_AGREEING:
        return
    from scipy.spatial import cKDTree

    table = np.column_stack(numbers[:MAX_NUMBERS])
    table = (table - table[:count].mean(axis=0)) / np.maximum(table[:count].std(axis=0), 1e-12)
    tree = cKDTree(table[:count])
    distances, nearest = tree.query(table[count:][:MAX_ROWS], k=1)
    near = NEAR * np.quantile(distances, QUANTILE)
    pairs = tree.query_pairs(near, output_type="ndarray") if near > 0 else np.empty((0, 2), dtype=int)
    if len(pairs) > count or len(np.unique(pairs)) < MIN_SHARE * count:
        return
    codes = np.arange(len(table))
    for low, high in pairs[np.argsort(pairs[:, 1], kind="stable")]:
        codes[high] = codes[low]
    are_copies = np.flatnonzero(distances <= near)
    codes[count + are_copies] = codes[nearest[are_copies]]
    if is_copied(codes[:count]):
        yield codes, "the same but for noise"


def numbers_of(cells):
    """A column as float (rows,), or None for one that is no measurement."""
    numbers = parsed(cells)
    return None if numbers is None or len(np.unique(numbers)) < MIN_VALUES else numbers


def parsed(cells):
    """Finite numbers, float (rows,), or None for anything else; in C, where the first ones are some."""
    if any(as_number(cell) is None for cell in cells[:20]):
        return None
    numbers = pd.to_numeric(pd.Series(cells), errors="coerce").to_numpy(dtype=float)
    return numbers if np.isfinite(numbers).all() else None
