"""Target leaks: columns that alone predict the answer."""

import numpy as np
import pandas as pd
from referee.splitting.predictive_power import (Target, predictive_power,
                                                two_folds)

# Predictive power (see `predictive_power`) from which on a column is too good to be a feature.
MIN_LEAK_POWER = 0.98
# Rows and cells that are looked at, to bound the time.
MAX_ROWS = 20_000
MAX_CELLS = 2_000_000
MIN_ROWS = 60
MAX_TARGETS = 8
# A class of fewer rows is predicted right by chance.
MIN_CLASS_ROWS = 10


def leaking_columns(task, train, coded):
    """
    Findings: columns that test has too and that predict a target nearly perfectly. `train`: text; `coded`: its columns,
    whose first rows are those of `train`.
    """
    targets = [name for name in task["target_columns"] if name in train.columns][:MAX_TARGETS]
    rows = int(np.clip(MAX_CELLS // max(1, len(coded) * max(1, len(targets))), 1000, MAX_ROWS))
    answers = train[targets].reset_index(drop=True)
    known = answers.dropna() if targets else answers.iloc[:0]
    if len(known) > rows:
        known = known.sample(rows, random_state=0)
    if len(known) < MIN_ROWS:
        return []
    places = known.index.to_numpy()
    folds = two_folds(len(known))
    measured = {name: target_of(task, known[name]) for name in targets}
    measured = {name: target for name, target in measured.items() if target is not None}
    found = []
    for whole in coded:
        column = whole.at(places)
        for target_name, target in measured.items():
            power = predictive_power(target, column.numbers, column.codes, folds)
            if power >= MIN_LEAK_POWER:
                found.append(finding(column.name, target_name, power, target.format(power)))
                break
    return found


def target_of(task, cells):
    """The target as numbers where it is one, else as classes; None when it is one value only."""
    if cells.nunique() < 2:
        return None
    numbers = pd.to_numeric(cells, errors="coerce")
    number = task["type"] in ("regression", "multi-target", "other") and numbers.notna().all()
    if number and cells.nunique() > 2:
        return Target(numbers.to_numpy(), True)
    target = Target(cells.to_numpy().astype(str), False)
    return target if len(cells) - target.values.sum(axis=0).max() >= MIN_CLASS_ROWS else None


def finding(name, target, power, measure):
    """One sentence and the way out."""
    return {
        "kind": "target-leak",
        "columns": [name],
        "strength": round(power, 4),
        "text": f"{name} alone predicts {target} ({measure} in cross-validation): it may be a leak",
        "advice": f"drop_columns: [{name}]",
    }
