"""
Which columns the predictions of a solution follow: a small model of its predictions, and what of it is lost where a
column is mixed up (permutation importance, Breiman 2001, "Random Forests", section 10, of a global surrogate, Craven
and Shavlik 1996). No answer is looked at, and nothing is executed.
"""

import numpy as np

from referee.blending import bank
from referee.judging.weak_rows import cells_of
from referee.problem import as_number
from referee.statistics.ranks import mid_ranks

# Rows and columns that the small model is made of at most, columns that are named, classes that it follows.
MAX_ROWS, MAX_COLUMNS, MAX_NAMED, MAX_CLASSES = 4000, 60, 8, 3
# Rows from which on there is something to learn, and the share of the predictions' spread it must explain.
MIN_ROWS, EXPLAINED = 200, 0.3
# Of a column whose loss is less, nothing is said.
MIN_LOST = 0.01
MAX_LEVELS, REPEATS = 200, 3
# Kinds of answers that are a share, or a score, of each class.
SHARES = ("distribution", "class-score")


def surrogate_importance(competition, solution, views):
    """
    `explained`: R² of the small model on rows that it has not seen, `columns`: name and `lost`, how much less that is
    with the column mixed up; largest first. None where predictions are no numbers of a row, or too little is explained.
    """
    found = np.concatenate([bank.get_predictions(competition, solution, view) for view in views])
    columns = dict(cells_of(competition, views, len(found)))
    keep = np.linspace(0, len(found) - 1, min(len(found), MAX_ROWS)).astype(int)
    targets = targets_of(competition.problem.kind, found[keep]).astype(float)
    if len(targets) < MIN_ROWS or not columns or not np.isfinite(targets).all():
        return None
    targets = targets[:, targets.std(axis=0) > 0]
    if not targets.shape[1]:
        return None
    coded = {name: code(cells[keep]) for name, cells in columns.items()}
    names = strongest({name: cells for name, cells in coded.items() if cells is not None}, targets[:, 0])
    if not names:
        return None
    explained, lost = lost_by(np.column_stack([coded[name] for name in names]), targets)
    if explained < EXPLAINED:
        return None
    ranked = sorted(zip(names, lost, strict=True), key=lambda each: -each[1])
    named = [{"column": name, "lost": float(loss)} for name, loss in ranked[:MAX_NAMED] if loss >= MIN_LOST]
    return {"explained": float(explained), "columns": named} if named else None


def targets_of(kind, found):
    """Float (rows, k): what the small model learns of predictions; NaN where there is nothing to learn."""
    if kind in ("free", "ranking"):
        return np.full((len(found), 1), np.nan)
    if kind == "label":
        levels, counts = np.unique(found[:, 0].astype(str), return_counts=True)
        return found[:, :1].astype(str) == levels[np.argsort(-counts, kind="stable")[:MAX_CLASSES]]
    found = found[:, :MAX_CLASSES].astype(float) if kind not in SHARES else shares_of(found.astype(float))
    return logit(found) if kind in (*SHARES, "probability") else found


def shares_of(found):
    """Float (rows, k) of scores that are not negative: the shares of the most common classes."""
    shares = found / np.maximum(found.sum(axis=1, keepdims=True), 1e-15)
    return shares[:, np.argsort(-shares.mean(axis=0), kind="stable")[:MAX_CLASSES]]


def logit(shares):
    """Log odds, of which those of nearly 0 and 1 are cut."""
    return np.log(np.clip(shares, 1e-6, 1) / np.clip(1 - shares, 1e-6, 1))


def code(cells):
    """Numbers for the cells of a column (NaN: none): their own, or those of levels by frequency; None where all are one."""
    texts = np.array([str(cell).strip() for cell in cells], dtype=object)
    numbers = np.array([as_number(text) if text else None for text in texts], dtype=object)
    known = numbers != np.array(None)
    if known.sum() >= 0.9 * (texts != "").sum() > 0:
        values = np.full(len(texts), np.nan)
        values[known] = numbers[known].astype(float)
    else:
        levels, place, counts = np.unique(texts.astype(str), return_inverse=True, return_counts=True)
        if len(levels) > MAX_LEVELS:
            values = np.array([len(text) for text in texts], dtype=float)
        else:
            values = np.argsort(np.argsort(-counts, kind="stable"))[place].astype(float)
    return values if len(np.unique(values)) > 1 else None


def strongest(coded, target):
    """Names of the columns that the target goes with most, where there are too many."""
    def strength(cells):
        ranks = mid_ranks(np.nan_to_num(cells, nan=-1e300))
        return abs(np.corrcoef(ranks, mid_ranks(target))[0, 1])

    if len(coded) <= MAX_COLUMNS:
        return list(coded)
    return sorted(coded, key=lambda name: -strength(coded[name]))[:MAX_COLUMNS]


def lost_by(table, targets):
    """R² on every second row of a model of the others, and what of it is lost by each column; means over the targets."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    draws = np.random.default_rng(0)
    order = draws.permutation(len(table))
    learned, held = order[::2], order[1::2]
    explained, lost = 0.0, np.zeros(table.shape[1])
    for target in targets.T:
        model = HistGradientBoostingRegressor(max_iter=60, max_leaf_nodes=15, early_stopping=False, random_state=0)
        model.fit(table[learned], target[learned])
        truth, rows = target[held], table[held]
        spread = max(((truth - truth.mean()) ** 2).mean(), 1e-30)
        error = ((model.predict(rows) - truth) ** 2).mean()
        explained += 1 - error / spread
        for place in range(table.shape[1]):
            mixed = rows.copy()
            for _ in range(REPEATS):
                mixed[:, place] = draws.permutation(rows[:, place])
                lost[place] += (((model.predict(mixed) - truth) ** 2).mean() - error) / spread / REPEATS
    return explained / targets.shape[1], lost / targets.shape[1]
