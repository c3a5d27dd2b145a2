"""FLAML's AutoML for as many seconds as it is given."""

import sys

from flaml import AutoML
from tables import predicted, read, write

METRICS = {
    "log_loss": "log_loss",
    "roc_auc": "roc_auc",
    "accuracy": "accuracy",
    "f1": "f1",
    "f1_macro": "macro_f1",
    "rmse": "rmse",
    "mae": "mae",
    "mape": "mape",
    "r2": "r2",
}

task, train, test, target, sample = read()
seconds = max(5, float(sys.argv[4]))
metric = METRICS.get(task["metric"]["name"], "auto")
if metric == "roc_auc" and target.nunique() > 2:
    metric = "roc_auc_ovr"
model = AutoML()
model.fit(
    train,
    target,
    task="regression" if task["type"] == "regression" else "classification",
    metric=metric,
    time_budget=seconds,
    seed=int(sys.argv[3]) + 1,
    n_jobs=2,
    verbose=0,
)
write(task, sample, predicted(task, model, test), sys.argv[2])
