"""Columns that alone tell the answer."""

import numpy as np
import pandas as pd

from coding import Column
from referee.probe import Answer, halves, tells

NEAR_PERFECT = 0.98
ROWS = 20_000
CELLS = 4_000_000
MIN_ROWS = 60
MAX_TARGETS = 8


def leaking_columns(task, train, names):
    """Findings: columns that test has too and that predict a target nearly perfectly."""
    targets = [name for name in task["target_columns"] if name in train.columns][:MAX_TARGETS]
    rows = int(np.clip(CELLS // max(1, len(names) * max(1, len(targets))), 1000, ROWS))
    known = train.dropna(subset=targets) if targets else train.iloc[:0]
    if len(known) > rows:
        known = known.sample(rows, random_state=0)
    if len(known) < MIN_ROWS:
        return []
    folds = halves(len(known))
    answers = {name: answer_of(task, known[name]) for name in targets}
    answers = {name: answer for name, answer in answers.items() if answer is not None}
    found = []
    for name in names:
        column = Column(name, known[name])
        for target, answer in answers.items():
            strength = tells(answer, column.numbers, column.codes, folds)
            if strength >= NEAR_PERFECT:
                found.append(finding(name, target, strength, answer.word(strength)))
                break
    return found


def answer_of(task, cells):
    """The target as numbers where it is one, else as classes; None when it is one value only."""
    if cells.nunique() < 2:
        return None
    numbers = pd.to_numeric(cells, errors="coerce")
    number = task["type"] in ("regression", "multi-target", "other") and numbers.notna().all()
    if number and cells.nunique() > 2:
        return Answer(numbers.to_numpy(), True)
    answer = Answer(cells.to_numpy().astype(str), False)
    # A class of a handful of rows is told right by chance.
    return answer if len(cells) - answer.values.sum(axis=0).max() >= 10 else None


def finding(name, target, strength, word):
    """One sentence and the way out."""
    return {
        "kind": "target-leak",
        "columns": [name],
        "strength": round(strength, 4),
        "text": f"{name} alone predicts {target} ({word} in cross-validation): it may be a leak",
        "advice": f"drop_columns: [{name}]",
    }
