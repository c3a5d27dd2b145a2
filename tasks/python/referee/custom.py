"""A competition's own metric.py, run in a child process that ends with the answer."""

import json
import os
import subprocess
import sys
import tempfile

import numpy as np

from .faults import MetricFailed

SECONDS = 120
CHILD = os.path.join(os.path.dirname(os.path.abspath(__file__)), "custom_child.py")


def scores(problem, truth, batch, weights=None):
    """The metric of each prediction of the batch; with `weights` (draws x rows), of each draw of the first."""
    with tempfile.TemporaryDirectory(prefix="mle-star-metric-") as folder:
        arrays = {f"p{i}": predictions for i, predictions in enumerate(batch)}
        if weights is not None:
            arrays["weights"] = weights
        np.savez(os.path.join(folder, "in.npz"), truth=truth, **arrays)
        names = {
            "metric": problem.metric_file,
            "id": problem.id_column or "row",
            "targets": problem.targets,
            "columns": problem.columns,
            "count": len(batch),
        }
        return run(folder, names)


def run(folder, names):
    """Starts the child and reads its answer; what the metric prints goes nowhere."""
    answer = os.path.join(folder, "out.json")
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-B", CHILD, folder, json.dumps(names)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise MetricFailed(f"metric.py took more than {SECONDS} seconds") from None
    if done.returncode != 0 or not os.path.exists(answer):
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no message"]
        raise MetricFailed(f"metric.py failed: {last[0][:300]}")
    with open(answer, encoding="utf-8") as file:
        return np.array(json.load(file), dtype=float)
