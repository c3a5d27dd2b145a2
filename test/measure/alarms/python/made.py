"""
`made.py <n> <folder>`: writes the n-th competition of the alarms, `task.yaml` beside its tables, and prints what a
script is told of it.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from shapes import SHAPES

NAMES = list(SHAPES)
# What is predicted and how it is scored, in turns: name, type, direction.
GOALS = [
    ("rmse", "regression"), ("log_loss", "binary"), ("accuracy", "multiclass"), ("mae", "counts"), ("roc_auc", "binary"),
    ("quadratic_kappa", "ordinal"), ("log_loss", "multiclass-columns"), ("r2", "regression"), ("f1", "rare"),
    ("rmsle", "skewed"), ("average_precision", "rare"), ("accuracy", "binary"), ("spearman", "regression"),
    ("wmape", "counts"), ("f1_macro", "multiclass"), ("mape", "skewed"), ("mcc", "binary"), ("brier", "binary"),
    ("rmse", "outliers"), ("balanced_accuracy", "multiclass"), ("pearson", "regression"), ("mse", "counts"),
    ("log_loss", "rare"),
]
MINIMIZED = {"rmse", "log_loss", "mae", "rmsle", "wmape", "mape", "brier", "mse"}
TYPES = {"regression": "regression", "counts": "regression", "skewed": "regression", "outliers": "regression",
         "binary": "binary", "rare": "binary", "multiclass": "multiclass", "multiclass-columns": "multiclass",
         "ordinal": "multiclass"}


def answers(kind, signal, rng):
    """Answers of a kind by a signal."""
    if kind == "regression":
        return np.round(5 + 2 * signal + rng.normal(size=len(signal)), 4)
    if kind == "outliers":
        return np.round(signal + rng.standard_t(2.2, len(signal)), 3)
    if kind == "counts":
        return rng.poisson(np.exp(np.clip(signal, -4, 4) - 0.7)) * (rng.random(len(signal)) > 0.25)
    if kind == "skewed":
        return np.round(np.exp(np.clip(3 + signal + 0.5 * rng.normal(size=len(signal)), -2, 12)), 2) + 0.01
    if kind in ("binary", "rare"):
        level = -np.quantile(1.5 * signal, 0.5) - (2.5 if kind == "rare" else 0)
        found = (rng.random(len(signal)) < 1 / (1 + np.exp(-1.5 * signal - level))).astype(int)
        # Both classes must be there, whatever was drawn.
        found[np.argsort(signal)[-12:]] = 1
        return found
    noisy = signal + 0.6 * signal.std() * rng.normal(size=len(signal)) if signal.std() > 0 else rng.normal(size=len(signal))
    count = int(rng.integers(3, 6))
    codes = np.searchsorted(np.quantile(noisy, np.linspace(0, 1, count + 1)[1:-1]), noisy)
    return codes + 1 if kind == "ordinal" else np.array(["calm", "fair", "rough", "storm", "wild"])[codes]


def ids_of(number, rows, rng):
    """Ids of one form or another, in the order of the rows."""
    form = number % 4
    if form == 0:
        return np.arange(rows)
    if form == 1:
        return [f"r{i:05d}" for i in range(rows)]
    if form == 2:
        return [f"{i:08x}" for i in rng.choice(2**31, rows, replace=False)]
    return 1000 + rng.permutation(rows)


def main(number, folder):
    rng = np.random.default_rng([number, 20])
    shape, (metric, kind) = NAMES[number % len(NAMES)], GOALS[(number + number // len(NAMES)) % len(GOALS)]
    table, signal, hints = SHAPES[shape](rng)
    rows = len(table)
    rule = {"middle": float(np.median(signal)), "column": None, "slope": 0.0}
    numeric = table.select_dtypes("number").columns
    if len(numeric):
        corr = {c: np.corrcoef(table[c].fillna(table[c].mean()), signal)[0, 1] for c in numeric}
        best = max(corr, key=lambda c: abs(corr[c]))
        rule |= {"column": best, "slope": float(np.sign(corr[best])), "low": float(table[best].quantile(0.05)),
                 "high": float(table[best].quantile(0.95))}
    table.insert(0, "id", ids_of(number, rows, rng))
    table["target"] = answers(kind, np.asarray(signal, dtype=float), rng)
    if "time" in hints:
        is_test = np.arange(rows) >= 0.75 * rows
    elif "group" in hints and number % 2:
        chosen = rng.permutation(table[hints["group"]].unique())
        is_test = table[hints["group"]].isin(chosen[: len(chosen) // 4]).to_numpy()
    else:
        is_test = rng.random(rows) < 0.25
    train, test = table[~is_test], table[is_test]
    columns = sorted(table["target"].unique()) if kind == "multiclass-columns" else ["target"]
    fill = {c: 1 / len(columns) if len(columns) > 1 else train["target"].mode()[0] for c in columns}
    folder = Path(folder)
    folder.mkdir(parents=True)
    train.to_csv(folder / "train.csv", index=False)
    test.drop(columns="target").to_csv(folder / "test.csv", index=False)
    test[["id"]].assign(**fill).to_csv(folder / "sample_submission.csv", index=False)
    (folder / "description.md").write_text(f"# Made\n\nPredict `target`. Metric: {metric}.\n")
    lines = [f"id: alarms-{number}", "title: Made", f"type: {TYPES[kind]}", "id_column: id", "target_columns: [target]",
             f"metric: {{ name: {metric}, direction: {'minimize' if metric in MINIMIZED else 'maximize'} }}",
             f"prediction_columns: [{', '.join(map(str, columns))}]"]
    lines += [f"{name}_column: {column}" for name, column in hints.items()]
    (folder / "task.yaml").write_text("\n".join([*lines, ""]))
    told = {"shape": shape, "metric": metric, "kind": kind, "columns": [str(c) for c in columns], "group": hints.get("group"),
            "time": hints.get("time"), "rule": rule}
    print(json.dumps(told))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
