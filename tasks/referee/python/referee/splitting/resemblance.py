"""
How validation rows would lie among training rows, and how the test rows do: by groups and near copies (by ids:
`id_neighbors.py`). Where the two differ beyond chance, a score of randomly chosen rows is of another problem than the
test.
"""

import re

import numpy as np
import pandas as pd

from referee import tables
from referee.problem import as_number
from referee.splitting.near_copies import near_copies

# Of the rows that would validate, the share that must have a companion in training for a key to matter.
MIN_COMPANY = 0.5
# Test rows that have less than this share of their company lie otherwise.
MAX_LIKENESS = 0.5
# Standard errors by which test rows must have less company: many columns, and many combinations of them, are looked at.
MIN_ERRORS = 4
# Fewer groups, or fewer test rows, tell nothing.
MIN_GROUPS = 10
MIN_TEST_ROWS = 20
# A larger group could not be divided evenly between five folds and a holdout.
MAX_GROUP_SHARE = 0.2
# A key that fewer rows have a value of is none.
MIN_FILLED = 0.5
# Cells of the training table that are looked at, those of codes and names first: setting up a large table must not take
# longer by more than a third.
MAX_CELLS = 500_000
# Rows that tell what a column holds.
SAMPLE_ROWS = 200
# Share of the rows that train, in the mean of folds and the sealed holdout.
TRAINED = 0.8
# Numbers of more digits are told apart by their text alone.
MAX_DIGITS = 15


class Comparison:
    """
    The columns that training and test table share, but for the targets: `cells`, name -> texts (train rows then test
    rows,), and `codes`, name -> int, see `codes_of`; `has_all`: whether none is left out, as some of a large table are.
    """

    def __init__(self, source, count):
        task = source.task
        header, tested = tables.read_header(source.train), tables.read_header(source.test)
        dropped = {*task["target_columns"], *(task.get("drop_columns") or [])}
        self.id_column, self.media = task["id_column"], source.media_columns(header)
        names = [name for name in header if name in tested and name not in dropped]
        some = read_texts(source.train, names, SAMPLE_ROWS)
        names.sort(key=lambda name: (name != self.id_column and name not in self.media, is_measured(some[name])))
        self.names = names[: max(2, MAX_CELLS // max(1, count))]
        self.has_all = len(self.names) == len(names)
        trained, others = (read_texts(path, self.names) for path in (source.train, source.test))
        self.train_count, self.test_count = len(trained), len(others)
        both = pd.concat([trained, others])
        self.cells = {name: both[name].to_numpy() for name in self.names}
        self.codes = {name: codes_of(cells) for name, cells in self.cells.items()}

    def features(self):
        """Columns but for the id."""
        return [name for name in self.names if name != self.id_column]


def read_texts(path, names, rows=None):
    """The named columns of the first rows of a table as texts: in C, since the table may be large."""
    header = tables.read_header(path)
    places = [header.index(name) for name in names]
    found = pd.read_csv(path, header=0, names=range(len(header)), usecols=places, dtype=str, keep_default_na=False,
                        encoding="utf-8-sig", na_filter=False, nrows=rows)
    return found[places].set_axis(names, axis=1)


def codes_of(cells):
    """Codes of texts, int (train + test rows,), in the order in which they come; -1 for an empty one."""
    codes, texts = pd.factorize(np.asarray(cells, dtype=object))
    empty = np.flatnonzero(texts == "")
    return np.where(codes == empty[0], -1, codes) if len(empty) else codes


def compare(source, units):
    """The comparison, or None for tables whose records are no rows, or where there is no test table to compare with."""
    if units.of_train is not None or source.labels or source.form is not None or not source.has_test:
        return None
    try:
        found = Comparison(source, units.count)
    except pd.errors.ParserError:
        # A table that pandas reads otherwise than the referee does is not compared.
        return None
    if found.train_count != units.count or found.test_count < MIN_TEST_ROWS:
        return None
    return found


def differs(would, does, tested):
    """
    Whether test rows have far less company in training than validation rows would have, beyond chance. `would`, `does`:
    shares of rows; `tested`: test rows.
    """
    error = np.sqrt(would * (1 - would) / tested)
    return does < MAX_LIKENESS * would and would - does >= MIN_ERRORS * error


def hidden_groups(found, has_like_answers):
    """
    The key whose groups validation rows would share with training rows while test rows do not: codes int (train rows,)
    and a note for people; (None, None) without one. Of several keys the one with the fewest groups.
    `has_like_answers`: codes (train rows,) and cells of a key -> whether its groups tell the answer at all.
    """
    best = None
    for what, cells, codes in candidate_keys(found):
        # Numbers that are written in two ways, `3` and `3.0`, are two texts.
        if lies_apart(codes, found.train_count) is None:
            continue
        cells = [canonical(cell) for cell in cells]
        codes = codes_of(cells)
        shares, trained = lies_apart(codes, found.train_count), codes[: found.train_count]
        if shares is None or not has_like_answers(trained, cells[: found.train_count]):
            continue
        groups = len(np.unique(trained[trained >= 0]))
        if best is None or groups < best[0]:
            best = groups, trained, what, *shares
    if best is None:
        return None, None
    _, codes, what, would, does = best
    # A row without a value is a group of its own.
    alone = np.flatnonzero(codes < 0)
    codes = codes.copy()
    codes[alone] = codes.max() + 1 + np.arange(len(alone))
    return np.unique(codes, return_inverse=True)[1], (
        f"{percent(does)} of the test rows share their {what} with a training row, of random validation rows"
        f" {percent(would)} would: no {what} stands on both sides")


def lies_apart(codes, count):
    """
    Shares of the rows that have, were they to validate, and of the test rows that do have, a training row of the same
    code; None where the codes are no groups, or the two do not differ. `codes`: int (rows,), the `count` training
    rows first, -1 for none.
    """
    trained, tested = codes[:count], codes[count:]
    filled = trained[trained >= 0]
    if len(filled) < MIN_FILLED * count or (tested >= 0).sum() < max(MIN_TEST_ROWS, MIN_FILLED * len(tested)):
        return None
    sizes = np.bincount(filled)
    if not MIN_GROUPS <= (sizes > 0).sum() <= count / 2 or sizes.max() > MAX_GROUP_SHARE * count:
        return None
    return would_and_does(codes, count)


def would_and_does(codes, count):
    """As `lies_apart`, for any codes; rows without one have no company."""
    trained, tested = codes[:count], codes[count:]
    filled = trained[trained >= 0]
    sizes = np.bincount(filled, minlength=int(codes.max()) + 1) if len(codes) else np.zeros(1)
    would = float((1 - (1 - TRAINED) ** np.maximum(0, sizes[filled] - 1)).sum() / count)
    does = float((sizes[tested[tested >= 0]] > 0).sum() / len(tested))
    return (would, does) if would >= MIN_COMPANY and differs(would, does, len(tested)) else None


def candidate_keys(found):
    """Columns, and what stands before the last number of ids and names of files: what it is, its cells and codes."""
    for name in found.names:
        cells = found.cells[name]
        if name != found.id_column and not is_measured(cells):
            yield name, cells, found.codes[name]
        if (name == found.id_column or name in found.media) and any(map(stem, cells[:200])):
            stems = [stem(cell) for cell in cells]
            yield f"{name} up to its last number", stems, codes_of(stems)


def is_measured(cells):
    """Numbers with decimals are no names of groups."""
    some = [cell for cell in cells[:SAMPLE_ROWS] if cell]
    return sum((as_number(cell) or 0.0) % 1 != 0 for cell in some) > 0.5 * len(some)


def canonical(cell):
    """A text without blanks around it; a number as its value is."""
    text = cell.strip()
    number = as_number(text) if len(text) <= MAX_DIGITS else None
    return text if number is None else repr(number)


def stem(cell):
    """`train/patient-12/frame_003.png` → `/patient-12/frame`: without what says which table it is of."""
    named = re.sub(r"[\W_]*\d+(?:\.[A-Za-z]{2,4})?$", "", cell)
    return re.sub(r"(?i)train(?:ing)?|test(?:ing)?", "", named)


def has_copies_in_test(found):
    """Whether test rows are the same as a training row but for the id and the answer, as training rows are to others."""
    if not found.has_all or not found.features():
        return False
    texts = pd.DataFrame({name: found.codes[name] for name in found.features()})
    codes = pd.factorize(pd.util.hash_pandas_object(texts, index=False))[0]
    trained, tested = codes[: found.train_count], codes[found.train_count:]
    sizes = np.bincount(trained, minlength=int(codes.max()) + 1)
    return (sizes[tested] > 0).mean() >= MAX_LIKENESS * (sizes[trained] > 1).mean()


def copies(found, exact):
    """
    Rows that are copies of each other up to their id, a few columns, or noise: for each training row the first of its
    set, int (rows,), and a note; (None, None) where there are none, or where test rows have as many in training.
    `exact`: as of whole copies, answer included, or None.
    """
    count, best = found.train_count, None
    alike = {name: codes for name in found.features() if (codes := codes_alike(found, name)) is not None}
    for codes, what in near_copies(alike, found.cells, count):
        sizes = np.bincount(codes[:count], minlength=int(codes.max()) + 1)
        would = float((sizes[codes[:count]] > 1).mean())
        does = float((sizes[codes[count:]] > 0).mean())
        if differs(would, does, found.test_count) and (best is None or would - does > best[0]):
            best = would - does, codes[:count], what
    if best is None:
        return None, None
    joined = union(np.arange(count) if exact is None else exact, best[1])
    sets = np.bincount(joined)
    copied = int(sets[sets > 1].sum())
    return joined, (f"{copied} training rows in {int((sets > 1).sum())} sets are near copies ({best[2]}), which test"
                    " rows have few of: a set stands on one side")


def codes_alike(found, name):
    """Codes of a column as both tables write it; None where test rows have other values than training rows."""
    codes = found.codes[name]
    if would_and_does(codes, found.train_count) is None:
        return codes
    codes = codes_of([canonical(cell) for cell in found.cells[name]])
    return codes if would_and_does(codes, found.train_count) is None else None


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


def percent(share):
    return f"{100 * share:.0f} %"
