"""Made-up competitions whose truth is known: rows, answers and predictions of any quality from one process."""

import os
import sys
import zlib
from types import SimpleNamespace

import numpy as np

sys.path.insert(0, os.environ["REFEREE_ROOT"])
from referee.blending import bank  # noqa: E402
from referee.judging import metrics  # noqa: E402
from referee.problem import Problem  # noqa: E402
from referee.statistics.bootstrap import Resampler  # noqa: E402

METRICS = {
    "rmse": ("regression", "minimize"),
    "mae": ("regression", "minimize"),
    "log_loss": ("binary", "minimize"),
    "roc_auc": ("binary", "maximize"),
    "accuracy": ("binary", "maximize"),
}
MANY = 400_000


def problem_of(metric):
    """What is predicted."""
    kind, direction = METRICS[metric]
    task = {
        "metric": {"name": metric, "direction": direction, "k": None}, "id_column": "id",
        "target_columns": ["y"], "prediction_columns": ["y"], "type": kind, "metric_file": None, "folder": "/",
    }
    return Problem(task, [["0.5", "1.5"] if kind == "regression" else ["0", "1"]])


def seeded(*parts):
    """A generator for a place."""
    return np.random.Generator(np.random.PCG64([zlib.crc32(str(part).encode()) for part in parts]))


def rows(metric, count, groups, rng):
    """Signal, answers and groups; rows of a group err together."""
    group = None if not groups else rng.integers(0, groups, count)
    shared = 0.0 if group is None else 0.6 * rng.normal(size=groups)[group]
    signal = rng.normal(size=count)
    if METRICS[metric][0] == "regression":
        # Losses are skewed: a few rows are far harder than the rest.
        spread = np.exp(0.5 * rng.normal(size=count))
        return signal, signal + shared + spread * rng.normal(size=count), group
    chance = 1 / (1 + np.exp(-(1.5 * signal - 0.7 + shared)))
    return signal, (rng.random(count) < chance).astype(int), group


def predict(metric, signal, noise, rng):
    """Predictions of a model that sees the signal through its own noise."""
    seen = signal + noise * rng.normal(size=len(signal))
    if METRICS[metric][0] == "regression":
        return seen[:, None]
    chance = 1 / (1 + np.exp(-(1.5 * seen - 0.7)))
    return (chance > 0.5).astype(int)[:, None] if metric == "accuracy" else chance[:, None]


class World:
    """One competition as the referee's functions see a case: answers in memory, predictions in a real bank."""

    def __init__(self, metric, views, folder, seed, groups=0):
        self.metric, self.problem, self.folder, self.seed = metric, problem_of(metric), folder, seed
        made = {view: rows(metric, count, groups, seeded(seed, view)) for view, count in views.items()}
        self.made = {
            view: SimpleNamespace(signal=signal, truth=truth[:, None], group=group)
            for view, (signal, truth, group) in made.items()
        }
        self.samplers = {}

    def truth(self, view):
        return self.made[view].truth

    def count(self, view):
        return len(self.made[view].truth)

    def blocks(self, view):
        return self.made[view].group

    def resampler(self, view, draws=None):
        if (view, draws) not in self.samplers:
            seed = [self.seed, 3, zlib.crc32(view.encode())]
            self.samplers[view, draws] = Resampler(self.count(view), self.blocks(view), seed, draws)
        return self.samplers[view, draws]

    def submit(self, solution, noise, views):
        """Banks what a model of this quality predicts; the same solution predicts the same again."""
        for view in views:
            base, _, repeat = view.partition("@")
            rng = seeded(self.seed, solution, view)
            name = f"{solution}@{repeat}" if repeat else solution
            bank.put_predictions(self, name, base, predict(self.metric, self.made[base].signal, noise, rng))


def true_score(metric, noise, groups=0):
    """What a model of this quality scores on all the rows there could be."""
    rng = seeded("truth", metric, noise, groups)
    units = MANY // 10 if groups else 0
    signal, truth, _ = rows(metric, MANY, units, rng)
    return metrics.score(problem_of(metric), truth[:, None], predict(metric, signal, noise, rng))
