"""On which rows a solution does worst, by groups of many rows: from none of them can the answer of a row be read."""

import os

import numpy as np

from referee import tables
from referee.blending import bank
from referee.problem import LOGARITHMIC, as_number
from referee.statistics.ranks import mid_ranks
from referee.views import layout

# Rows that a group has at least, columns that are looked at, groups that are named in all and of one column.
MIN_ROWS, MAX_COLUMNS, MAX_GROUPS, OF_ONE_COLUMN = 30, 200, 8, 2
# Standard errors by which a group is worse than the rest: with hundreds of groups fewer would be chance.
WORSE = 3.5
# A column of numbers with more different ones than this is cut into five ranges of equally many rows.
FEW_NUMBERS, RANGES = 12, 5
MAX_LEVELS, MAX_TEXT = 50, 40
# Metrics that large errors rule.
SQUARED = {"rmse", "mse", "rmsle", "msle", "r2", "pearson"}


def weak_rows(competition, solution, views):
    """
    Groups of validation rows on which a solution, banked for all `views`, loses most: `loss` is what is lost in a row,
    `overall` its mean, and each of `groups` has `column` (None: its own prediction), `values`, `share` of the rows,
    `loss`, and for numbers `bias`, the mean of prediction less truth. None where rows have no loss of their own.
    """
    found = [losses_of(competition, solution, view) for view in views]
    if any(each is None for each in found):
        return None
    loss, bias = (np.concatenate([each[part] for each in found]) for part in (1, 2))
    columns = dict(cells_of(competition, views, len(loss)))
    own = np.concatenate([each[3] for each in found])
    if own.size:
        columns[None] = own
    groups = [group for name, cells in columns.items() for group in worse_groups(name, cells, loss, bias)]
    groups.sort(key=lambda group: -group["share"] * (group["loss"] - loss.mean()))
    kept = []
    for group in groups:
        if sum(other["column"] == group["column"] for other in kept) < OF_ONE_COLUMN:
            kept.append(group)
    return {"loss": found[0][0], "overall": float(loss.mean()), "rows": len(loss), "groups": kept[:MAX_GROUPS]}


def losses_of(competition, solution, view):
    """The name of a row's loss, the losses, prediction less truth (NaN where there is none), and the own prediction."""
    problem = competition.problem
    truth, found = competition.truth(view), bank.get_predictions(competition, solution, view)
    none = np.full(len(truth), np.nan)
    if problem.kind == "distribution":
        chance = found[np.arange(len(found)), truth[:, 0]] / found.sum(axis=1)
        return "log loss", -np.log(np.clip(chance, 1e-15, 1)), none, np.array([])
    if problem.kind == "class-score":
        return "share of errors", (found.argmax(axis=1) != truth[:, 0]).astype(float), none, np.array([])
    if truth.shape != found.shape or problem.kind in ("free", "ranking"):
        return None
    if problem.kind == "label":
        return "share of errors", (truth != found).mean(axis=1), none, np.array([])
    own = found[:, 0].astype(float) if found.shape[1] == 1 else np.array([])
    if problem.kind == "probability":
        chance = np.clip(np.where(truth == 1, found, 1 - found), 1e-15, 1)
        return "log loss", -np.log(chance).mean(axis=1), none, own
    if problem.kind == "score":
        # Only their order counts.
        ranks = np.column_stack([mid_ranks(column) / len(found) for column in found.T])
        return "distance from its side of the order", np.abs(truth - ranks).mean(axis=1), none, own
    if problem.metric in LOGARITHMIC:
        truth, found = np.log1p(truth), np.log1p(found)
    apart = (found - truth).astype(float)
    bias = apart[:, 0] if apart.shape[1] == 1 else none
    scale = np.maximum(np.asarray(truth, dtype=float).std(axis=0), 1e-12) if apart.shape[1] > 1 else 1.0
    if problem.metric in SQUARED:
        return "squared error", ((apart / scale) ** 2).mean(axis=1), bias, own
    return "absolute error", np.abs(apart / scale).mean(axis=1), bias, own


def cells_of(competition, views, count):
    """Columns of the rows to predict, as (name, texts); none where predictions are not one for each of them."""
    if not competition.source.has_test:
        return
    paths = [os.path.join(layout.make_view(competition, view), competition.task["files"]["test"]) for view in views]
    names = [name for name in tables.read_header(paths[0]) if name != competition.task["id_column"]][:MAX_COLUMNS]
    parts = [tables.read_columns(path, names) for path in paths]
    if sum(rows for _, rows in parts) != count:
        return
    for name in names:
        yield name, np.array([cell for columns, _ in parts for cell in columns[name]], dtype=object)


def worse_groups(name, cells, loss, bias):
    """The groups of a column's values that are worse than the other rows beyond doubt."""
    for values, inside in groups_of(cells):
        outside = ~inside
        if min(inside.sum(), outside.sum()) < MIN_ROWS:
            continue
        apart = loss[inside].mean() - loss[outside].mean()
        error = np.sqrt(loss[inside].var() / inside.sum() + loss[outside].var() / outside.sum())
        if apart > WORSE * error:
            mean = float(bias[inside].mean())
            yield {"column": name, "values": values, "share": float(inside.mean()), "loss": float(loss[inside].mean()),
                   "bias": None if np.isnan(mean) else mean}


def groups_of(cells):
    """(words, bool (rows,)) of each group of a column: ranges of numbers, or single values; `missing` for empty cells."""
    if cells.dtype.kind == "f":
        yield from ranges_of(cells, np.ones(len(cells), dtype=bool))
        return
    texts = np.array([cell.strip() for cell in cells], dtype=object)
    empty = texts == ""
    yield "missing", empty
    numbers = [as_number(text) for text in texts[~empty]]
    if numbers and sum(number is None for number in numbers) <= 0.1 * len(numbers):
        values = np.full(len(texts), np.nan)
        values[~empty] = [np.nan if number is None else number for number in numbers]
        if len(np.unique(values[~np.isnan(values)])) > FEW_NUMBERS:
            yield from ranges_of(values, ~np.isnan(values))
            return
    levels, counts = np.unique(texts[~empty].astype(str), return_counts=True)
    if len(levels) <= max(MAX_LEVELS, len(texts) // MIN_ROWS):
        for place in np.argsort(-counts, kind="stable")[:MAX_LEVELS]:
            yield str(levels[place])[:MAX_TEXT], texts == levels[place]


def ranges_of(values, known):
    """Five ranges of equally many of the known numbers."""
    edges = np.unique(np.quantile(values[known], np.linspace(0, 1, RANGES + 1))) if known.any() else []
    for place in range(len(edges) - 1):
        low, high = edges[place], edges[place + 1]
        is_last = place == len(edges) - 2
        inside = known & (values >= low) & ((values <= high) if is_last else (values < high))
        yield f"{low:.6g} to {high:.6g}", inside
