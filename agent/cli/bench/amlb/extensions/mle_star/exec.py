"""Runs mle-star on one fold of AMLB: the fold becomes a competition on disk, its submission AMLB's predictions.

The answers of the test rows are written nowhere.
"""

import json
import os
import shlex
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from amlb.results import save_predictions
from amlb.utils import Timer

ID = "amlb_row"

# Metric of AMLB -> the same of mle-star, and what a submission holds for it.
CLASSIFICATION = {
    "auc": ("roc_auc", "maximize", "probabilities"),
    "logloss": ("log_loss", "minimize", "probabilities"),
    "acc": ("accuracy", "maximize", "labels"),
    "balacc": ("balanced_accuracy", "maximize", "labels"),
    "f1": ("f1", "maximize", "labels"),
    "pr_auc": ("average_precision", "maximize", "probabilities"),
}
REGRESSION = {
    "rmse": ("rmse", "minimize"),
    "mse": ("mse", "minimize"),
    "mae": ("mae", "minimize"),
    "rmsle": ("rmsle", "minimize"),
    "msle": ("msle", "minimize"),
    "r2": ("r2", "maximize"),
}


def run(dataset, config):
    kind = dataset.type.name
    if kind not in ("binary", "multiclass", "regression"):
        raise ValueError(f"mle-star has no {kind} tasks")
    task = Task(dataset, config, kind)
    with tempfile.TemporaryDirectory(prefix="mle-star-amlb-") as place:
        task.write(Path(place) / task.id)
        with Timer() as training:
            summary = call(Path(place), task.id, config)
        submission = read_submission(summary, task)
    predictions, probabilities = task.read(submission)
    save_predictions(
        dataset=dataset,
        output_file=config.output_predictions_file,
        predictions=predictions,
        truth=dataset.test.y,
        probabilities=probabilities,
        probabilities_labels=task.labels,
    )
    return dict(
        models_count=summary["executions"],
        training_duration=training.duration,
        mle_star_search_score=summary["searchScore"],
        mle_star_usd=summary["usd"],
        mle_star_tokens=summary["tokens"],
    )


class Task:
    """A fold as a competition, and the way back from a submission to AMLB's predictions."""

    def __init__(self, dataset, config, kind):
        self.dataset = dataset
        self.kind = kind
        self.id = "amlb"
        self.name = config.name
        self.target = dataset.target.name
        metrics = REGRESSION if kind == "regression" else CLASSIFICATION
        if config.metric not in metrics:
            raise ValueError(f"mle-star does not optimize {config.metric} of {kind} tasks: {', '.join(metrics)}")
        self.metric, self.direction, *form = metrics[config.metric]
        if kind == "multiclass" and self.metric in ("roc_auc", "f1", "average_precision"):
            raise ValueError(f"{config.metric} is of two classes, {config.name} has more")
        answers = self.train_answers()
        self.labels = None if kind == "regression" else sorted(set(answers.astype(str)))
        self.holds = form[0] if form else "numbers"
        # A column for each class where there are more than two.
        self.is_wide = self.holds == "probabilities" and kind == "multiclass"
        self.columns = self.labels if self.is_wide else [self.target]

    def train_answers(self):
        return pd.Series(np.asarray(self.dataset.train.y).reshape(-1))

    def write(self, folder):
        folder.mkdir(parents=True)
        train, test = pd.DataFrame(self.dataset.train.X), pd.DataFrame(self.dataset.test.X)
        train = train.reset_index(drop=True).assign(**{self.target: self.train_answers().to_numpy()})
        train.insert(0, ID, np.arange(len(train)))
        test = test.reset_index(drop=True)
        test.insert(0, ID, len(train) + np.arange(len(test)))
        train.to_csv(folder / "train.csv", index=False)
        test.to_csv(folder / "test.csv", index=False)
        sample = pd.DataFrame({ID: test[ID]})
        for column in self.columns:
            sample[column] = self.labels[0] if self.holds == "labels" else 1 / max(1, len(self.columns))
        sample.to_csv(folder / "sample_submission.csv", index=False)
        # JSON is YAML.
        (folder / "task.yaml").write_text(json.dumps(self.settings()))
        (folder / "description.md").write_text(self.description())

    def settings(self):
        settings = dict(
            id=self.id,
            title=f"Predict {self.target}",
            type=self.kind,
            metric=dict(name=self.metric, direction=self.direction),
            id_column=ID,
            target_columns=[self.target],
            prediction_columns=self.columns,
        )
        if self.kind == "binary":
            settings["positive_class"] = self.labels[1]
        return settings

    def description(self):
        what = {
            "labels": f"the label of `{self.target}`",
            "numbers": f"the value of `{self.target}`",
            "probabilities": f"the probability of each class of `{self.target}`"
            if self.is_wide
            else f"the probability that `{self.target}` is {self.labels and self.labels[-1]}",
        }[self.holds]
        return f"# {self.name}\n\nPredict {what} for each row of test.csv. The metric is {self.metric}.\n"

    def read(self, submission):
        """Predictions, and a column of probabilities for each label in order; None for numbers."""
        values = submission[self.columns]
        if self.holds == "numbers":
            return values.iloc[:, 0].to_numpy(dtype=float), None
        labels = np.asarray(self.labels)
        if self.holds == "labels":
            predictions = values.iloc[:, 0].astype(str).to_numpy()
            # No probability is known of a label: all of it is on that one.
            return predictions, (predictions[:, None] == labels[None, :]).astype(float)
        numbers = values.to_numpy(dtype=float)
        probabilities = numbers if self.is_wide else np.hstack([1 - numbers, numbers])
        # A score that only orders rows may lie outside of 0..1.
        probabilities = np.clip(probabilities, 0, 1)
        return labels[probabilities.argmax(axis=1)], probabilities


def call(place, competition, config):
    """Calls mle-star within AMLB's time, cores and memory; what it printed as JSON."""
    params = config.framework_params
    command = shlex.split(params.get("_command") or os.environ.get("AMLB_MLE_STAR") or "mle-star")
    slots = max(1, int(config.cores))
    settings = {"slots": slots}
    if config.max_mem_size_mb > 0:
        settings["memoryMb"] = max(256, int(config.max_mem_size_mb) // slots)
    settings.update({name: value for name, value in params.items() if not name.startswith("_")})
    arguments = [
        *("run", str(place / competition), "--runs-dir", str(runs_folder(place, config)), "--json", "--quiet"),
        *("--seed", str(int(config.seed) % 2**31), "--time-limit", str(int(config.max_runtime_seconds))),
    ]
    for name, value in settings.items():
        arguments += ["--set", f"{name}={value}"]
    ended = subprocess.run([*command, *arguments], capture_output=True, text=True)
    if ended.returncode != 0:
        raise RuntimeError(f"mle-star ended with {ended.returncode}: {last_line(ended.stderr)}")
    return json.loads(ended.stdout.strip().splitlines()[-1])


def runs_folder(place, config):
    """The run is kept among AMLB's outputs, where it has a folder for them."""
    output = getattr(config, "output_dir", None)
    if output is None:
        return place / "runs"
    return Path(output) / "mle_star" / str(config.name) / str(config.fold)


def read_submission(summary, task):
    """The rows of the submission in the order of AMLB's test rows."""
    path = summary["submission"]
    if path is None:
        raise RuntimeError("mle-star made no submission in the time that it had")
    types = {column: str for column in task.columns} if task.holds == "labels" else None
    return pd.read_csv(path, dtype=types, keep_default_na=task.holds != "labels").sort_values(ID)


def last_line(text):
    return (text.strip().splitlines() or ["it said nothing"])[-1]
