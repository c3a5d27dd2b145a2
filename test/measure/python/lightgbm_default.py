"""LightGBM with its default settings on all training rows."""

import sys

from lightgbm import LGBMClassifier, LGBMRegressor
from tables import predicted, read, write

task, train, test, target, sample = read()
kind = LGBMRegressor if task["type"] == "regression" else LGBMClassifier
objective = {"mae": "l1", "mape": "mape"}.get(task["metric"]["name"]) if task["type"] == "regression" else None
model = kind(random_state=int(sys.argv[3]), n_jobs=2, verbose=-1, **({"objective": objective} if objective else {}))
model.fit(train, target)
write(task, sample, predicted(task, model, test), sys.argv[2])
