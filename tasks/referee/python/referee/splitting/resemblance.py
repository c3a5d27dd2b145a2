"""
How validation rows would lie among training rows, and how the test rows do: by groups, near copies and ids. Where the
two differ, a score of randomly chosen rows is of another problem than the test.
"""

import re

import numpy as np

from referee import tables
from referee.problem import as_number
from referee.splitting.near_copies import near_copies
from referee.splitting.row_order import last_number, target_of

# Of the rows that would validate, the share that must have a companion in training for a key to matter.
MIN_COMPANY = 0.5
# Test rows that have less than this share of their company lie otherwise.
MAX_LIKENESS = 0.5
# Fewer groups, or fewer test rows, tell nothing.
MIN_GROUPS = 10
MIN_TEST_ROWS = 20
# Cells of the training table that are looked at: the first columns of wider tables.
MAX_CELLS = 2_000_000
# Share of the rows that train, in the mean of folds and the sealed holdout.
TRAINED = 0.8
# Power of the two neighbors in the order of ids from which on they are worth using, beside four standard errors of it.
MIN_NEAR_POWER = 0.1
# Blocks of ids: enough for five folds and a holdout, and as long as may be.
BLOCKS = 40


class Comparison:
    """The columns that training and test table share, as codes (train rows then test rows), but for the targets."""

    def __init__(self, source, count):
        task = source.task
        header, tested = tables.read_header(source.train), tables.read_header(source.test)
        dropped = {*task["target_columns"], *(task.get("drop_columns") or [])}
        self.id_column, self.media = task["id_column"], source.media_columns(header)
        names = [name for name in header if name in tested and name not in dropped]
        names.sort(key=lambda name: name != self.id_column and name not in self.media)
        self.names = names[: max(2, MAX_CELLS // max(1, count))]
        trained, self.train_count = tables.read_columns(source.train, self.names)
        others, self.test_count = tables.read_columns(source.test, self.names)
        self.cells = {name: trained[name] + others[name] for name in self.names}

    def codes(self, cells):
        """Codes of texts, int (train + test rows,)."""
        return np.unique(np.array(cells, dtype=object).astype(str), return_inverse=True)[1]

    def features(self):
        """Columns but for the id."""
        return [name for name in self.names if name != self.id_column]


def compare(source, units):
    """The comparison, or None for tables whose records are no rows, or where there is no test table to compare with."""
    if units.of_train is not None or source.labels or source.form is not None or not source.has_test:
        return None
    found = Comparison(source, units.count)
    if found.train_count != units.count or found.test_count < MIN_TEST_ROWS:
        return None
    return found


def company(codes, count):
    """
    Share of training rows that would have a row of the same code in training, were they to validate, and of test rows
    that have one. `codes`: int (rows,), training rows first; `count`: of those.
    """
    trained, tested = codes[:count], codes[count:]
    sizes = np.bincount(trained, minlength=int(codes.max()) + 1)
    would = 1 - (1 - TRAINED) ** np.maximum(0, sizes[trained] - 1)
    return float(would.mean()), float((sizes[tested] > 0).mean())


def differs(would, does):
    """Whether test rows have far less company in training than validation rows would have."""
    return would >= MIN_COMPANY and does < MAX_LIKENESS * would


def hidden_groups(found):
    """
    The key whose groups validation rows would share with training rows while test rows do not: codes int (train rows,)
    and a note for people; (None, None) without one. Of several keys the one with the fewest groups.
    """
    best = None
    for what, cells in candidate_keys(found):
        codes = found.codes(cells)
        groups = len(np.unique(codes[: found.train_count]))
        if not MIN_GROUPS <= groups <= found.train_count / 2:
            continue
        would, does = company(codes, found.train_count)
        if differs(would, does) and (best is None or groups < best[0]):
            best = groups, codes[: found.train_count], what, would, does
    if best is None:
        return None, None
    _, codes, what, would, does = best
    return codes, (f"{percent(does)} of the test rows share their {what} with a training row, of random validation rows"
                   f" {percent(would)} would: no {what} stands on both sides")


def candidate_keys(found):
    """Columns, and what stands before the last number of ids and names of files."""
    for name in found.names:
        cells = found.cells[name]
        if name != found.id_column and not is_measured(cells):
            yield name, cells
        if name == found.id_column or name in found.media:
            stems = [stem(cell) for cell in cells]
            if any(stems):
                yield f"{name} up to its last number", stems


def is_measured(cells):
    """Numbers with decimals are no names of groups."""
    some = [cell for cell in cells[:200] if cell]
    return bool(some) and sum("." in cell and as_number(cell) is not None for cell in some) > 0.5 * len(some)


def stem(cell):
    """`patient-12/frame_003.png` → `patient-12/frame`."""
    return re.sub(r"[\W_]*\d+(?:\.[A-Za-z]{2,4})?$", "", cell)


def copies(found, exact):
    """
    Rows that are copies of each other up to their id, a few columns, or noise: for each training row the first of its
    set, int (rows,), and notes; (None, notes) where there are none, or where test rows have as many in training.
    `exact`: as of whole copies, answer included, or None.
    """
    codes, what = near_copies(found)
    if codes is None and exact is None:
        return None, []
    count = found.train_count
    if codes is not None:
        sizes = np.bincount(codes[:count], minlength=int(codes.max()) + 1)
        would = float((sizes[codes[:count]] > 1).mean())
        does = float((sizes[codes[count:]] > 0).mean())
        if does >= MAX_LIKENESS * would:
            return None, [f"{percent(would)} of the training rows and {percent(does)} of the test rows have"
                          f" a near copy in training: copies may stand on both sides"]
    joined = np.arange(count) if exact is None else exact
    if codes is None:
        return joined, []
    joined = union(joined, codes[:count])
    sets = np.bincount(joined)
    copied = int(sets[sets > 1].sum())
    return joined, [f"{copied} training rows in {int((sets > 1).sum())} sets are near copies ({what}), which test rows"
                    " have few of: a set stands on one side"]


def union(first, codes):
    """The first row of each set, where sets that share a row are one. `first`, `codes`: int (rows,)."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    count = len(first)
    order = np.argsort(codes, kind="stable")
    same = np.flatnonzero(codes[order][1:] == codes[order][:-1])
    left = np.concatenate([np.arange(count), order[same]])
    right = np.concatenate([first, order[same + 1]])
    labels = connected_components(coo_matrix((np.ones(len(left)), (left, right)), shape=(count, count)), directed=False)[1]
    firsts = np.full(int(labels.max()) + 1, count)
    np.minimum.at(firsts, labels, np.arange(count))
    return firsts[labels]


class Ids:
    """
    The numbers in the ids of training and test rows. `among`: test ids lie among those of training as validation ids
    would; `power`: how well the two neighbors by id predict the answer.
    """

    def __init__(self, found, problem, truth, known):
        self.among, self.power, self.numbers = True, 0.0, None
        cells = found.cells.get(found.id_column)
        numbers = [] if cells is None else [last_number(cell) for cell in cells]
        target = target_of(problem, truth[known])
        if not numbers or any(number is None for number in numbers) or target is None:
            return
        self.numbers = np.array(numbers[: found.train_count])
        self.among = lies_among(np.array(numbers), found.train_count)
        self.power = near_power(target, self.numbers[known])

    @property
    def is_trap(self):
        """Neighbors by id tell the answer, and test rows have none."""
        return not self.among and self.power >= max(MIN_NEAR_POWER, 4 / np.sqrt(len(self.numbers)))

    def blocks(self):
        """Blocks of neighbors by id, int (rows,)."""
        place = np.argsort(np.argsort(self.numbers, kind="stable"), kind="stable")
        return place * min(BLOCKS, len(place) // 4) // len(place)


def lies_among(numbers, count):
    """Whether most test ids are as near to one of training as nine in ten training ids are to another one."""
    trained = np.sort(numbers[:count])
    steps = np.diff(trained)
    if len(steps) < 2:
        return True
    apart = np.minimum(np.append(steps, np.inf), np.insert(steps, 0, np.inf))
    places = np.searchsorted(trained, numbers[count:])
    low, high = trained[np.clip(places - 1, 0, count - 1)], trained[np.clip(places, 0, count - 1)]
    distance = np.minimum(abs(numbers[count:] - low), abs(high - numbers[count:]))
    # Ids that count through both tables are one apart: what was removed from between is not far.
    return bool((distance <= 2 * np.quantile(apart, 0.9)).mean() >= MAX_LIKENESS)


def near_power(target, numbers):
    """How well the mean of the two neighbors in the order of numbers predicts the answer (`Target.power`)."""
    order = np.argsort(numbers, kind="stable")
    values = target.values[order]
    around = (np.roll(values, 1, axis=0) + np.roll(values, -1, axis=0)) / 2
    around[0], around[-1] = values[1], values[-2]
    predictions = np.empty_like(values)
    mean = values.mean(axis=0)
    # Two neighbors are shrunk towards the mean by how much one tells of the next.
    spread = ((values - mean) ** 2).sum()
    shared = ((values[1:] - mean) * (values[:-1] - mean)).sum() / spread if spread > 0 else 0.0
    predictions[order] = mean + max(0.0, 2 * shared / (1 + max(0.0, shared))) * (around - mean)
    return float(max(0.0, target.power(predictions)))


def percent(share):
    return f"{100 * share:.0f} %"
