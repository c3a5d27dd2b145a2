"""Rows that are copies of others but for a few columns, or for noise in their numbers."""

from itertools import combinations

import numpy as np

from referee.problem import as_number

# Columns that copies may differ in: as many as this, where so many others must agree.
MAX_DIFFERENT = 2
MIN_AGREEING = 3
# Combinations of columns that are tried, and numbers that distances are taken over.
MAX_TRIED = 300
MAX_NUMBERS = 10
MAX_ROWS = 30_000
# Fewer copies do not move a score.
MIN_SHARE = 0.02
# Sets with more of the rows than this are no copies: their columns repeat by nature.
MAX_SET_SHARE = 0.05
# Copies up to noise are nearer to each other than a quarter of what nineteen in twenty test rows are to a training row.
NEAR, QUANTILE = 0.25, 0.05
# A number with fewer different values is a code.
MIN_VALUES = 20


def near_copies(found):
    """
    Sets of near copies among the rows of both tables, codes int (train + test rows,), and what they differ in; (None,
    None) where fewer than 2 % of the training rows have one. `found`: `resemblance.Comparison`.
    """
    features = found.features()
    if len(features) < MIN_AGREEING:
        return None, None
    table = np.column_stack([found.codes(found.cells[name]) for name in features])
    return but_for_some(found, features, table) or but_for_noise(found, features) or (None, None)


def but_for_some(found, features, table):
    """Copies that differ in the same one or two columns, or in none."""
    rng = np.random.Generator(np.random.PCG64(17))
    weights = rng.integers(1, 2**62, size=table.shape[1], dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    parts = (table.astype(np.uint64) + np.uint64(1)) * weights
    # Of sums modulo 2^64 a column is taken away by subtraction; squares keep sums of codes from meeting by chance.
    parts = parts * (parts ^ (parts >> np.uint64(29)))
    whole = parts.sum(axis=1, dtype=np.uint64)
    most = min(MAX_DIFFERENT, table.shape[1] - MIN_AGREEING)
    tried = [without for size in range(most + 1) for without in combinations(range(table.shape[1]), size)][:MAX_TRIED]
    best = None
    for without in tried:
        codes = np.unique(whole - parts[:, without].sum(axis=1, dtype=np.uint64), return_inverse=True)[1]
        share = share_of(codes, found.train_count)
        if share >= MIN_SHARE and (best is None or share > 1.1 * best[0]):
            best = share, codes, [features[i] for i in without]
    if best is None:
        return None
    _, codes, names = best
    return codes, "the same but for " + " and ".join([*names, "the id"]) if names else "the same but for the id"


def share_of(codes, count):
    """Share of training rows that have a copy; 0 where sets are too large for copies."""
    sizes = np.bincount(codes[:count])
    if sizes.max() > max(10, MAX_SET_SHARE * count):
        return 0.0
    return float(sizes[sizes > 1].sum() / count)


def but_for_noise(found, features):
    """Copies whose numbers differ by noise: far nearer to each other than test rows are to any training row."""
    numbers = [read for read in (numbers_of(found.cells[name]) for name in features) if read is not None]
    count = found.train_count
    if len(numbers) < MIN_AGREEING or count > MAX_ROWS:
        return None
    from scipy.spatial import cKDTree

    table = np.column_stack(numbers[:MAX_NUMBERS])
    table = (table - table[:count].mean(axis=0)) / np.maximum(table[:count].std(axis=0), 1e-12)
    tree = cKDTree(table[:count])
    usual = np.quantile(tree.query(table[count:], k=1)[0], QUANTILE)
    pairs = tree.query_pairs(NEAR * usual, output_type="ndarray") if usual > 0 else np.empty((0, 2), dtype=int)
    if len(pairs) > count or len(np.unique(pairs)) < MIN_SHARE * count:
        return None
    codes = np.arange(len(table))
    for low, high in pairs[np.argsort(pairs[:, 1], kind="stable")]:
        codes[high] = codes[low]
    return (codes, "the same but for noise") if share_of(codes, count) >= MIN_SHARE else None


def numbers_of(cells):
    """A column as float (rows,), or None for one that is no measurement."""
    numbers = [as_number(cell) for cell in cells]
    if any(number is None for number in numbers) or len(set(numbers)) < MIN_VALUES:
        return None
    return np.array(numbers, dtype=float)
