"""
Drift, that is covariate shift: whether a classifier can tell train and test rows apart, and by which columns
(adversarial validation).
"""

import os

import numpy as np
import pandas as pd
from coding import model_table

from referee.splitting.predictive_power import (Target, predictive_power,
                                                roc_auc, two_folds)
from referee.splitting.times import is_later

# Rows of each table that are compared: an AUC is known to 0.01 then.
MAX_ROWS = 6_000
MIN_ROWS = 30
# Columns of the small model: those that alone tell the tables apart best.
MODEL_COLUMNS = 60
# Cells that are looked at, to bound the time.
MAX_CELLS = 1_500_000
# AUC over 0.5 that counts as drift, of the model and of a column alone (a judgment).
MIN_MODEL_EXCESS = 0.1
MIN_COLUMN_EXCESS = 0.08


def covariate_shift(coded, train_rows, test_rows):
    """
    Cross-validated AUC of a small model that tells test rows from train rows (None for too few rows), and findings.

    `coded`: columns that both tables have, over the rows of train and then those of test.
    """
    size = int(np.clip(MAX_CELLS // max(1, len(coded)), 500, MAX_ROWS))
    if min(train_rows, test_rows) < MIN_ROWS or not coded:
        return None, []
    parts = [some_rows(0, train_rows, size), some_rows(train_rows, test_rows, size)]
    is_test = np.repeat([0, 1], [len(part) for part in parts])
    columns = [column.at(np.concatenate(parts)) for column in coded]
    columns = [column for column in columns if usable(column)]
    if not columns:
        return None, []
    target, folds = Target(is_test, False), two_folds(len(is_test))
    alone = {column.name: (1 + predictive_power(target, column.numbers, column.codes, folds)) / 2
             for column in columns}
    columns = sorted(columns, key=lambda column: -alone[column.name])[:MODEL_COLUMNS]
    auc = model_auc(model_table(columns), is_test, folds)
    # Three standard errors of an AUC without signal (Hanley & McNeil 1982).
    noise = 3 * np.sqrt(1 / (6 * min(len(part) for part in parts)))
    if auc < 0.5 + max(MIN_MODEL_EXCESS, noise):
        return round(auc, 4), []
    shifted = [column.name for column in columns
               if alone[column.name] >= 0.5 + max(MIN_COLUMN_EXCESS, noise)][:5]
    return round(auc, 4), [finding(auc, shifted, alone, time_like(columns, is_test))]


def some_rows(first, count, size):
    """At most `size` of `count` rows from `first` on, int, drawn by chance."""
    return first + pd.Series(np.arange(count)).sample(min(size, count), random_state=0).to_numpy()


def usable(column):
    """Whether a column can tell rows apart: a text or key that differs in every row cannot."""
    return column.distinct > 1 and (column.numbers is not None or column.distinct <= len(column.codes) / 2)


def model_auc(table, is_test, folds):
    """Two-fold cross-validated AUC of a small LightGBM model. `is_test`, `folds`: int (rows,)."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    import lightgbm

    options = {"objective": "binary", "num_leaves": 15, "learning_rate": 0.15, "verbosity": -1,
               "num_threads": 1, "seed": 0, "deterministic": True, "min_data_in_leaf": 20}
    scores = np.empty(len(is_test))
    for fold in (0, 1):
        learn = lightgbm.Dataset(table[folds != fold], is_test[folds != fold])
        scores[folds == fold] = lightgbm.train(options, learn, 40).predict(table[folds == fold])
    # Each fold has a model of its own, whose scores are compared among themselves.
    return float(np.mean([roc_auc(is_test[folds == fold] == 1, scores[folds == fold]) for fold in (0, 1)]))


def time_like(columns, is_test):
    """A date or whole number by which nine in ten test rows lie after all but one in a hundred train rows."""
    for column in columns:
        if column.numbers is None or not (column.dated or column.whole):
            continue
        train, test = column.numbers[is_test == 0], column.numbers[is_test == 1]
        if is_later(train, test):
            return column.name
    return None


def finding(auc, shifted, alone, later):
    """One sentence and the way out."""
    by = ", ".join(f"{name} ({alone[name]:.2f})" for name in shifted)
    text = f"train and test rows can be told apart (AUC {auc:.2f} of a small model)"
    text += f", by {by}" if by else ", by several columns together"
    if later is None:
        advice = "a validation score may be better than the score on test rows"
    else:
        text += f"; test rows lie later by {later}"
        advice = f"time_column: {later}"
    return {"kind": "drift", "columns": shifted, "strength": round(auc, 4),
            "text": text, "advice": advice}
