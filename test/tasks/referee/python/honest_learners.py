"""Trains honest models on view folders: `folder out kind` lines on standard input, one submission a model in `out`."""

import os
import sys
import warnings

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

warnings.simplefilter("ignore")
CLASSIFIERS = {
    "linear": LogisticRegression(max_iter=500),
    "stump": DecisionTreeClassifier(max_depth=1, random_state=0),
    "neighbors": KNeighborsClassifier(5),
    "boosted": HistGradientBoostingClassifier(max_iter=40, random_state=0),
}
REGRESSORS = {
    "linear": LinearRegression(),
    "stump": DecisionTreeRegressor(max_depth=1, random_state=0),
    "neighbors": KNeighborsRegressor(5),
    "boosted": HistGradientBoostingRegressor(max_iter=40, random_state=0),
}


def predict(model, kind, train, test, sample):
    features = [name for name in test.columns if name != "id"]
    x, y = train[features], train["y"]
    if kind == "regression":
        return {"y": model.fit(x, y).predict(test[features])}
    odds = model.fit(x, y).predict_proba(test[features])
    if kind == "binary":
        return {"y": odds[:, list(model.classes_).index(1)]}
    return {name: odds[:, list(model.classes_).index(name)] for name in sample.columns if name != "id"}


for line in sys.stdin:
    folder, out, kind = line.rstrip("\n").split("\t")
    train, test, sample = (
        pd.read_csv(os.path.join(folder, name))
        for name in ("train.csv", "test.csv", "sample_submission.csv")
    )
    os.makedirs(out, exist_ok=True)
    for name, model in (REGRESSORS if kind == "regression" else CLASSIFIERS).items():
        predicted = predict(model, kind, train, test, sample)
        pd.DataFrame({"id": test["id"], **{k: np.asarray(v) for k, v in predicted.items()}}).to_csv(
            os.path.join(out, f"{name}.csv"), index=False)
