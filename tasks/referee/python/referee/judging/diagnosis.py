"""
How predictions lie against the answers, in sums over many rows: from none of them can the answer of a row be read.
Calibration (predicted probability against the share that came true), confusion of classes, residuals of numbers.
"""

import numpy as np

from referee.blending import bank
from referee.problem import LOGARITHMIC, as_number

# Rows that a sum is over at least, and how many sums there are at most: choices of ours.
MIN_ROWS, MAX_BINS = 20, 10
# More columns and classes than a person looks at are left out, or put together.
MAX_COLUMNS, MAX_CLASSES = 6, 12
# Different answers up to which free text, or a scale of whole numbers, is a set of classes.
MAX_FREE_CLASSES = 50
HISTOGRAM_BINS = 24
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
# 95 %.
Z = 1.959964


def diagnose(competition, solution, views):
    """
    Predictions of a solution, banked for all `views`, against the answers: `rows`, the `columns` that can be shown and
    how many are `leftOut`. A column has a name and `calibration`, `confusion` or `residuals`, None where there is none.
    """
    problem = competition.problem
    truth = np.concatenate([competition.truth(view) for view in views])
    found = np.concatenate([bank.get_predictions(competition, solution, view) for view in views])
    columns = columns_of(problem, truth, found) if len(truth) >= MIN_ROWS else []
    left_out = max(0, truth.shape[1] - MAX_COLUMNS) if columns else 0
    return {"rows": len(truth), "columns": [each for each in columns if is_shown(each)], "leftOut": left_out}


def columns_of(problem, truth, found):
    """What can be shown of each answer, by the form of the predictions. `truth`, `found`: (rows, columns)."""
    if problem.kind in ("distribution", "class-score"):
        return [of_classes(problem, truth[:, 0], found)]
    if truth.shape != found.shape or problem.kind == "ranking":
        return []
    names = problem.targets if problem.kind == "free" and len(problem.targets) == truth.shape[1] else problem.columns
    of_kind = {"probability": of_two_classes, "score": of_two_classes, "number": of_numbers, "integer": of_scale,
               "label": of_labels, "free": of_free}[problem.kind]
    return [of_kind(problem, names[j], j, truth[:, j], found[:, j]) for j in range(min(truth.shape[1], MAX_COLUMNS))]


def column(name, calibration=None, confusion=None, residuals=None):
    """One answer as it is shown."""
    return {"name": name, "calibration": calibration, "confusion": confusion, "residuals": residuals}


def is_shown(shown):
    """Whether there is anything to see of it."""
    return any(value is not None for part, value in shown.items() if part != "name")


def of_classes(problem, truth, found):
    """One column of predictions for each class: those of all classes are calibrated together."""
    hits = truth[:, None] == np.arange(found.shape[1])
    sums = calibration(found.ravel(), hits.ravel(), evenly=True) if is_probability(found) else None
    return column(problem.targets[0], sums, confusion(truth, found.argmax(axis=1), list(problem.classes), "highest"))


def of_two_classes(problem, name, j, truth, found):
    """One column for the second of two classes; of scores as many rows are called it as have it, the highest ones."""
    sums = calibration(found, truth == 1, evenly=False) if is_probability(found) else None
    if problem.kind == "probability":
        called, by = found >= 0.5, "half"
    else:
        called, by = np.zeros(len(found), dtype=bool), "as-many"
        called[np.argsort(-found, kind="stable")[: int((truth == 1).sum())]] = True
    return column(name, sums, confusion(truth, called.astype(int), list(problem.classes[j]), by))


def of_labels(problem, name, j, truth, found):
    """Labels as they were given."""
    return column(name, None, confusion(truth, found, list(problem.classes), "given"))


def of_numbers(problem, name, j, truth, found):
    """Residuals, on the scale that the metric is computed on."""
    is_logarithmic = problem.metric in LOGARITHMIC
    if is_logarithmic:
        truth, found = np.log1p(truth), np.log1p(found)
    return column(name, None, None, residuals(truth.astype(float), found.astype(float), is_logarithmic))


def of_scale(problem, name, j, truth, found):
    """Whole numbers of a scale are classes in their order where they are few."""
    found = np.clip(np.rint(found.astype(float)), problem.low, problem.high)
    if problem.high - problem.low >= MAX_CLASSES:
        return of_numbers(problem, name, j, truth, found)
    labels = [str(value) for value in range(problem.low, problem.high + 1)]
    return column(name, None, confusion(truth.astype(int) - problem.low, found.astype(int) - problem.low, labels, "given"))


def of_free(problem, name, j, truth, found):
    """Text whose metric only the competition knows: numbers where all are such, classes where they are few."""
    numbers = [[as_number(str(text)) for text in side] for side in (truth, found)]
    distinct = sorted(set(truth.tolist()))
    if all(number is not None for side in numbers for number in side) and len(distinct) > MAX_CLASSES:
        return column(name, None, None, residuals(np.array(numbers[0]), np.array(numbers[1]), False))
    if len(distinct) > MAX_FREE_CLASSES:
        return column(name)
    labels = [*distinct, *sorted(set(found.tolist()) - set(distinct))]
    codes = {label: code for code, label in enumerate(labels)}
    sides = [np.array([codes[text] for text in side.tolist()]) for side in (truth, found)]
    return column(name, None, confusion(*sides, labels, "given"))


def is_probability(found):
    """Whether all of them can be probabilities."""
    return bool(found.size and found.min() >= 0 and found.max() <= 1)


def calibration(predicted, came_true, evenly):
    """
    Mean prediction and share that came true, with its 95 % interval (Wilson 1927), in bins of equally many rows or
    (`evenly`) of equal width. `predicted`: float (n,), `came_true`: bool (n,).
    """
    bins = even_bins(predicted) if evenly else bins_of(predicted)
    shown = []
    for rows in bins:
        share, count = came_true[rows].mean(), len(rows)
        scale = 1 + Z**2 / count
        middle = (share + Z**2 / (2 * count)) / scale
        half = Z / scale * np.sqrt(share * (1 - share) / count + Z**2 / (4 * count**2))
        shown.append({"rows": count, "predicted": short(predicted[rows].mean()), "actual": short(share),
                      "interval": [short(max(0, middle - half)), short(min(1, middle + half))]})
    return shown


def bins_of(values):
    """Places of about equally many values by their size, at least `MIN_ROWS`; equal values stay together."""
    count = max(1, min(MAX_BINS, len(values) // MIN_ROWS))
    edges = np.unique(np.quantile(values, np.arange(1, count) / count))
    return merged(np.searchsorted(edges, values, side="right"))


def even_bins(values):
    """Places of values between 0 and 1 in bins of equal width; one of too few is put to the next."""
    return merged(np.minimum((values * MAX_BINS).astype(int), MAX_BINS - 1))


def merged(codes):
    """Places of each code in their order; those of too few go to the ones before, the first to those after them."""
    bins = []
    for code in np.unique(codes):
        rows = np.flatnonzero(codes == code)
        if bins and (len(rows) < MIN_ROWS or len(bins[-1]) < MIN_ROWS):
            bins[-1] = np.concatenate([bins[-1], rows])
        else:
            bins.append(rows)
    return bins


def confusion(truth, called, labels, by):
    """How often each class (a row) was called which (a column), the commonest ones; int codes (rows,)."""
    counts = np.zeros((len(labels), len(labels)), dtype=int)
    np.add.at(counts, (truth.astype(int), called.astype(int)), 1)
    if len(labels) > MAX_CLASSES:
        commonest = np.argsort(-counts.sum(axis=1), kind="stable")
        kept = np.sort(commonest[: MAX_CLASSES - 1])
        place = np.full(len(labels), MAX_CLASSES - 1)
        place[kept] = np.arange(len(kept))
        joined = np.zeros((MAX_CLASSES, MAX_CLASSES), dtype=int)
        np.add.at(joined, (place[:, None], place[None, :]), counts)
        counts, labels = joined, [labels[i] for i in kept]
    return {"by": by, "labels": [str(label) for label in labels], "counts": counts.tolist()}


def residuals(truth, found, is_logarithmic):
    """
    Answer less prediction: its quantiles by the size of the prediction, and how it is spread over all rows, between its
    1 % and 99 % quantiles. `truth`, `found`: float (rows,).
    """
    errors = truth - found
    by_size = [{"rows": len(rows), "predicted": short(found[rows].mean()),
                "quantiles": [short(value) for value in np.quantile(errors[rows], QUANTILES)]}
               for rows in bins_of(found)]
    low, high = np.quantile(errors, [0.01, 0.99])
    if not high > low:
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, HISTOGRAM_BINS + 1)
    counts = np.histogram(np.clip(errors, low, high), edges)[0]
    return {"isLogarithmic": is_logarithmic, "bySize": by_size, "edges": [short(edge) for edge in edges],
            "counts": counts.tolist()}


def short(value):
    """Four digits are what a picture shows."""
    return float(f"{float(value):.4g}")
