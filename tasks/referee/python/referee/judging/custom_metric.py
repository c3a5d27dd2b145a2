"""A competition's own metric.py, run in a worker process that is started once and ends with the referee."""

import json
import os
import select
import subprocess
import sys
import tempfile

import numpy as np

from referee.errors import MetricFailed

# A metric that takes longer hangs.
TIMEOUT_SECONDS = 120
WORKER_SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "custom_metric_worker.py")
WORKERS = {}


def scores(problem, truth, batch, weights=None):
    """
    The competition's own metric, float: of each prediction of the batch, or with `weights` of each draw of the first.

    `truth` and each of `batch`: (rows, columns); `weights`: int (draws, rows), how often a row is drawn. Raises
    `MetricFailed` when metric.py raises, hangs or ends its process.
    """
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
        return np.array(request_scores(problem.metric_file, request), dtype=float)


def request_scores(metric_file, request):
    """Sends one request to the worker of a metric; a worker that hangs or ends is not used again."""
    worker = WORKERS.get(metric_file)
    if worker is None or worker.poll() is not None:
        worker = WORKERS[metric_file] = start_worker(metric_file)
    try:
        worker.stdin.write(json.dumps(request).encode() + b"\n")
        worker.stdin.flush()
        ready, _, _ = select.select([worker.stdout], [], [], TIMEOUT_SECONDS)
        line = worker.stdout.readline() if ready else None
    except BrokenPipeError:
        line = b""
    if not line:
        worker.kill()
        del WORKERS[metric_file]
        code = worker.wait()
        what = f"took more than {TIMEOUT_SECONDS} seconds" if line is None else f"ended its process ({code})"
        raise MetricFailed(f"metric.py {what}")
    reply = json.loads(line)
    if "error" in reply:
        raise MetricFailed(f"metric.py failed: {reply['error']}")
    return reply["values"]


def start_worker(metric_file):
    """A worker for one metric."""
    return subprocess.Popen(
        [sys.executable, "-I", "-B", WORKER_SCRIPT, metric_file],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
