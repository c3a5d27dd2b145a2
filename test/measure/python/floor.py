"""The hidden score of a default LightGBM on properly read data, its noise, and the floor: floor.py folder answers metric"""

import sys

import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn.metrics import average_precision_score, roc_auc_score

DRAWS = 500


def read(path):
    """A table as text, without blanks around its names."""
    return pd.read_csv(path, dtype=str, keep_default_na=False).rename(columns=str.strip)


def features(train, test):
    """Both tables as LightGBM takes them: numbers, days of dates (the day first), categories."""
    names = [name for name in test.columns if name in train.columns and name not in ("id", "y")]
    both = pd.concat([train[names], test[names]], ignore_index=True)
    for name in names:
        numbers = pd.to_numeric(both[name], errors="coerce")
        if numbers.notna().all():
            both[name] = numbers
        elif name == "date":
            both[name] = (pd.to_datetime(both[name], dayfirst=True) - pd.Timestamp("2020-01-01")).dt.days
        else:
            both[name] = both[name].astype("category")
    return both.iloc[: len(train)], both.iloc[len(train) :]


def score(metric, truth, told, classes):
    """How good predictions are. `told`: numbers, or probabilities (rows, classes)."""
    if metric == "rmse":
        return np.sqrt(np.mean((told - truth.astype(float)) ** 2))
    if metric == "accuracy":
        return np.mean(classes[told.argmax(axis=1)] == truth)
    if metric == "map_at_k":
        places = np.argsort(-told, axis=1)[:, :5]
        right = classes[places] == truth[:, None]
        return np.mean((right / (1 + np.arange(5))).sum(axis=1))
    of = roc_auc_score if metric == "roc_auc" else average_precision_score
    return of(truth == classes[1], told[:, 1])


def main():
    """Prints score, standard error over the test rows, and what is two of them worse."""
    folder, answers, metric = sys.argv[1:4]
    train, test = read(f"{folder}/train.csv"), read(f"{folder}/test.csv")
    train = train[~train["y"].isin(["", "NA"])]
    x, x_test = features(train, test)
    kind = LGBMRegressor if metric == "rmse" else LGBMClassifier
    y = train["y"].astype(float) if metric == "rmse" else train["y"]
    model = kind(verbose=-1, n_jobs=2, random_state=0).fit(x, y.to_numpy())
    told = model.predict(x_test) if metric == "rmse" else model.predict_proba(x_test)
    classes = None if metric == "rmse" else model.classes_
    truth = read(answers)["y"].to_numpy()
    whole = score(metric, truth, told, classes)
    rng, drawn = np.random.default_rng(0), []
    for _ in range(DRAWS):
        rows = rng.integers(0, len(truth), len(truth))
        if len(set(truth[rows])) > 1:
            drawn.append(score(metric, truth[rows], told[rows], classes))
    noise = np.std(drawn)
    print(f"{whole:.4f} {noise:.4f} {whole + 2 * noise if metric == 'rmse' else whole - 2 * noise:.4f}")


main()
