"""What rows are kept together by, so that validation rows lie among training rows as the test rows do."""

import numpy as np

from referee.problem import as_number
from referee.splitting import resemblance, row_order, strategies

# Rows of a group have like answers from this intraclass correlation on, beside four standard errors of it.
MIN_LIKENESS = 0.05
MIN_ERRORS = 4
# Numbers whose next larger ones have answers as like as this share of it measure something: they name no groups.
MAX_SMOOTHNESS = 0.5
# A class with fewer of the rows may be missing from the training rows of a view.
MIN_CLASS_SHARE = 0.01


class Unlike:
    """
    Groups that validation rows would share with training rows, and test rows do not, int (units,); `note`: for people;
    `swaps_ids`: whether the ids of validation rows change places besides.
    """

    def __init__(self, groups, note, swaps_ids=False):
        self.groups, self.note, self.swaps_ids = groups, note, swaps_ids


def whole_copies(given):
    """
    Rows that are the same, answer included (see `row_order.sets_of_duplicates`), and notes; none where test rows have as
    many in training.
    """
    if given.units.of_train is not None:
        return None, []
    first, notes = row_order.sets_of_duplicates(row_order.find_duplicates(given.source.train, given.source.key))
    if first is None or given.likeness is None or not resemblance.has_copies_in_test(given.likeness):
        return first, notes
    sizes = np.bincount(first)
    return None, [f"{int(sizes[sizes > 1].sum())} training rows are copies up to their id, and test rows are copies of"
                  " training rows as often: they may stand on both sides"]


def near_copies(given, whole):
    """
    Rows that may not be divided between train and validation, since test rows have few near copies in training: for
    each the first of its set, int (units,), and a note; (None, None) without. `whole`: as of `whole_copies`.
    """
    return (None, None) if given.likeness is None else resemblance.copies(given.likeness, whole)


def groups_unlike_test(given):
    """The groups of a key, or of neighbors by id, where test rows lie otherwise than validation rows would; or None."""
    if given.likeness is None:
        return None
    target = row_order.target_of(given.problem, given.truth[given.known])
    if target is None:
        return None

    def has_like_answers(codes, cells):
        known = given.known & (codes >= 0)
        values = target.values[known[given.known]]
        own, error = likeness_within(values, codes[known])
        if own < max(MIN_LIKENESS, MIN_ERRORS * error):
            return False
        numbers = np.array([as_number(cell) for cell, here in zip(cells, known) if here], dtype=float)
        return not np.isfinite(numbers).all() or likeness_of_next(values, numbers) < MAX_SMOOTHNESS * own

    groups, note = resemblance.hidden_groups(given.likeness, has_like_answers)
    if groups is not None:
        return Unlike(groups, note)
    if given.units.ids is None or not given.ids.is_trap or not goes_by_neighbors(given):
        return None
    files_go_by_ids = given.task["media_columns"] or given.task["files"]["other"]
    what = "neighbors by id have like answers, and test rows have none in training:"
    if files_go_by_ids or given.ids.go_by_features():
        return Unlike(given.ids.blocks(), f"{what} blocks of ids stand on one side")
    return Unlike(given.ids.runs(), f"{what} neighbors stand on one side, and validation rows swap their ids", True)


def likeness_within(values, codes):
    """
    How like the answers of a group are: the intraclass correlation (the mean product of deviations over all pairs of a
    group), and its standard error where there is none. `values`: float (rows, columns); `codes`: int (rows,).
    """
    sums, sizes, spread = group_sums(values, codes)
    pairs = float((sizes * (sizes - 1)).sum())
    if pairs == 0 or spread == 0:
        return 0.0, 0.0
    own = ((values - values.mean(axis=0)) ** 2).sum()
    return float(((sums**2).sum() - own) / pairs / spread), float(np.sqrt(2 / pairs))


def likeness_of_next(values, numbers):
    """The same over pairs of a row and one of the next larger number."""
    sums, sizes, spread = group_sums(values, np.unique(numbers, return_inverse=True)[1])
    pairs = float((sizes[1:] * sizes[:-1]).sum())
    return float((sums[1:] * sums[:-1]).sum() / pairs / spread) if pairs and spread else 0.0


def group_sums(values, codes):
    """Sums of deviations (groups, columns), sizes (groups,), and the spread of one row over all columns."""
    codes = np.unique(codes, return_inverse=True)[1]
    deviations = values - values.mean(axis=0)
    sums = np.column_stack([np.bincount(codes, column) for column in deviations.T])
    return sums, np.bincount(codes), float((deviations**2).sum(axis=1).mean())


def goes_by_neighbors(given):
    """Whether ids tell the answer only by their neighbors: what goes by ids as a whole is hidden by other ids."""
    ids = np.array(given.units.ids, dtype=object)[given.known]
    return row_order.id_leak(given.problem, given.truth[given.known], ids) is None


def trains_all_classes(given, views):
    """Whether every class that is not rare is among the training rows of every view."""
    strata, of_what = strategies.strata_of(given.problem, given.truth, given.known)
    if of_what == "target quantiles":
        return True
    usual = np.flatnonzero(np.bincount(strata[given.known]) >= MIN_CLASS_SHARE * given.known.sum())
    return all(np.isin(usual, strata[train]).all() for train, _ in views.values())
