"""Runs `score(submission, answers)` of one metric.py on tables that were laid out beforehand."""

import importlib.util
import io
import json
import os
import sys

import numpy as np
import pandas as pd


def table(cells, columns, id_name):
    """A frame as pandas would read it from CSV, with ids 0, 1, 2 … that match on both sides."""
    text = pd.DataFrame(cells, columns=columns).to_csv(index=False)
    frame = pd.read_csv(io.StringIO(text), keep_default_na=False, na_values=[""])
    if id_name not in columns:
        frame.insert(0, id_name, np.arange(len(frame)))
    return frame


def main(folder, names):
    spec = importlib.util.spec_from_file_location("metric", names["metric"])
    module = importlib.util.module_from_spec(spec)
    sys.path.append(os.path.dirname(names["metric"]))
    spec.loader.exec_module(module)
    with np.load(os.path.join(folder, "in.npz"), allow_pickle=False) as arrays:
        truth = arrays["truth"]
        batch = [arrays[f"p{i}"] for i in range(names["count"])]
        weights = arrays["weights"] if "weights" in arrays.files else None

    def one(predictions, answers):
        return float(module.score(table(predictions, names["columns"], names["id"]),
                                  table(answers, names["targets"], names["id"])))

    if weights is None:
        values = [one(predictions, truth) for predictions in batch]
    else:
        values = []
        for draw in weights:
            chosen = np.repeat(np.arange(len(truth)), draw)
            values.append(one(batch[0][chosen], truth[chosen]))
    with open(os.path.join(folder, "out.json"), "w", encoding="utf-8") as file:
        json.dump(values, file)


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
