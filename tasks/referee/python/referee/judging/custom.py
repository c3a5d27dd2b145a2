"""A competition's own metric.py, run in a worker process that is started once and ends with the referee."""

import json
import os
import select
import subprocess
import sys
import tempfile

import numpy as np

from referee.faults import MetricFailed

SECONDS = 120
CHILD = os.path.join(os.path.dirname(os.path.abspath(__file__)), "custom_child.py")
WORKERS = {}


def scores(problem, truth, batch, weights=None):
    """The metric of each prediction of the batch; with `weights` (draws x rows), of each draw of the first."""
    with tempfile.TemporaryDirectory(prefix="mle-star-metric-") as folder:
        arrays = {f"p{i}": predictions for i, predictions in enumerate(batch)}
        if weights is not None:
            arrays["weights"] = weights
        path = os.path.join(folder, "in.npz")
        np.savez(path, truth=truth, **arrays)
        request = {
            "path": path,
            "id": problem.id_column or "row",
            "targets": problem.targets,
            "columns": problem.columns,
            "count": len(batch),
        }
        return np.array(ask(problem.metric_file, request), dtype=float)


def ask(metric_file, request):
    """Sends one request to the worker of a metric; a worker that hangs or ends is not used again."""
    worker = WORKERS.get(metric_file)
    if worker is None or worker.poll() is not None:
        worker = WORKERS[metric_file] = start(metric_file)
    try:
        worker.stdin.write(json.dumps(request).encode() + b"\n")
        worker.stdin.flush()
        ready, _, _ = select.select([worker.stdout], [], [], SECONDS)
        line = worker.stdout.readline() if ready else None
    except BrokenPipeError:
        line = b""
    if not line:
        worker.kill()
        del WORKERS[metric_file]
        code = worker.wait()
        what = f"took more than {SECONDS} seconds" if line is None else f"ended its process ({code})"
        raise MetricFailed(f"metric.py {what}")
    reply = json.loads(line)
    if "error" in reply:
        raise MetricFailed(f"metric.py failed: {reply['error']}")
    return reply["values"]


def start(metric_file):
    """A worker for one metric."""
    return subprocess.Popen(
        [sys.executable, "-I", "-B", CHILD, metric_file],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
