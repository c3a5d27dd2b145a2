"""Does with an integration what AMLB does: finds its module in the user's folder, sets it up, and runs it on a fold.

`drive.py <user folder> <framework> <kind> <metric> <output folder> <params as JSON>`; prints the result as JSON.
"""

import importlib
import json
import os
import sys
from enum import Enum
from types import SimpleNamespace

import numpy as np
import pandas as pd
import yaml

Kind = Enum("DatasetType", ["binary", "multiclass", "regression", "timeseries"])


def fold_of(kind):
    random = np.random.default_rng(3)
    x = pd.DataFrame({"a": random.normal(size=300), "b": random.normal(size=300)})
    x["c"] = pd.Categorical(random.choice(["red", "green"], size=300))
    signal = x["a"] + (x["c"] == "red") + 0.2 * random.normal(size=300)
    if kind == "regression":
        y = signal
    elif kind == "binary":
        y = pd.Series(np.where(signal > 0.5, "yes", "No"))
    else:
        y = pd.Series(np.select([signal > 1, signal > 0], ["high", "middle"], "low"))
    part = lambda rows: SimpleNamespace(X=x.iloc[rows], y=pd.DataFrame({"answer": y.iloc[rows]}))
    return SimpleNamespace(
        type=Kind[kind],
        target=SimpleNamespace(name="answer"),
        train=part(slice(0, 220)),
        test=part(slice(220, 300)),
    )


folder, framework, kind, metric, output, more = sys.argv[1:]
sys.path.append(folder)
with open(os.path.join(folder, "frameworks.yaml")) as file:
    definitions = yaml.safe_load(file)
definition = definitions[framework]
while "extends" in definition:
    parent = definitions[definition["extends"]]
    definition = {**parent, **{k: v for k, v in definition.items() if k != "extends"}}
module = importlib.import_module(definition["module"])
module.setup(definition["version"])
config = SimpleNamespace(
    name="made",
    fold=0,
    metric=metric,
    seed=4_000_000_000,
    max_runtime_seconds=600,
    cores=1,
    max_mem_size_mb=2048,
    output_dir=output,
    output_predictions_file=os.path.join(output, "predictions.csv"),
    framework_params={**definition["params"], **json.loads(more)},
)
print(json.dumps(module.run(fold_of(kind), config)))
