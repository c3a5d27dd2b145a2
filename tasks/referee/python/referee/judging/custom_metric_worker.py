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


def drawn(frame, chosen, id_name, columns):
    """The rows of one bootstrap draw, numbered anew so that ids stay unique."""
    part = frame.iloc[chosen].reset_index(drop=True)
    if id_name not in columns:
        part[id_name] = np.arange(len(part))
    return part


def load(path):
    """The competition's metric as a module."""
    spec = importlib.util.spec_from_file_location("metric", path)
    module = importlib.util.module_from_spec(spec)
    sys.path.append(os.path.dirname(path))
    spec.loader.exec_module(module)
    return module


def answer(module, request):
    """Scores of a batch, or of the draws of its only member."""
    with np.load(request["path"], allow_pickle=False) as arrays:
        answers = table(arrays["truth"], request["targets"], request["id"])
        submissions = [table(arrays[f"p{i}"], request["columns"], request["id"])
                       for i in range(request["count"])]
        weights = arrays["weights"] if "weights" in arrays.files else None
    if weights is None:
        return [float(module.score(each, answers.copy())) for each in submissions]
    values = []
    for draw in weights:
        chosen = np.repeat(np.arange(len(answers)), draw)
        values.append(float(module.score(
            drawn(submissions[0], chosen, request["id"], request["columns"]),
            drawn(answers, chosen, request["id"], request["targets"]),
        )))
    return values


def main(path):
    """Answers requests until standard input ends."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # What the metric prints goes nowhere.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    module = None
    for line in sys.stdin:
        try:
            module = module or load(path)
            reply = {"values": answer(module, json.loads(line))}
        except Exception as error:
            # The metric is foreign code: whatever it raises is its answer.
            reply = {"error": f"{type(error).__name__}: {error}"[:300]}
        replies.write(json.dumps(reply) + "\n")
        replies.flush()


if __name__ == "__main__":
    main(sys.argv[1])
