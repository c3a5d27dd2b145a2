"""Runs catalogue examples on tiny data, one folder each; prints one JSON line per example.

Reads a JSON list of {id, modality, taskType, packages, needsWeights, example} from standard input.
"""

import contextlib
import importlib.metadata
import io
import json
import os
import re
import struct
import sys
import tempfile
import traceback
import warnings
import zlib
from pathlib import Path

import numpy as np
import pandas as pd

ROWS, TEST_ROWS, SIDE = 240, 40, 16


def installed():
    names = [each.metadata["Name"] or "" for each in importlib.metadata.distributions()]
    return {re.sub(r"-(cpu|gpu)$", "", re.sub(r"[-_.]+", "-", name.lower())) for name in names}


def answers(signal, task, rng):
    noisy = signal + rng.normal(0, 0.3, len(signal))
    if task == "regression":
        return np.round(noisy - noisy.min() + 1, 3)
    if task == "binary":
        return (noisy > np.median(noisy)).astype(int)
    if task == "ranking":
        return pd.qcut(noisy, 4, labels=False)
    return np.array(["a", "b", "c"])[pd.qcut(noisy, 3, labels=False)]


def png(pixels):
    chunk = lambda kind, body: struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    head = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], 8, 0, 0, 0, 0)
    lines = b"".join(b"\0" + line.tobytes() for line in pixels)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


def table(modality, rng, folder):
    count = ROWS + TEST_ROWS
    rows = pd.DataFrame({"id": np.arange(count)})
    if modality == "tabular":
        rows["n1"], rows["n2"], rows["n3"] = rng.normal(size=(3, count))
        signal = rows["n1"] - 0.5 * rows["n2"]
        rows["c1"] = rng.choice(["red", "green", "blue"], count)
        rows["c2"] = rng.choice([f"town {each}" for each in range(12)], count)
        rows["group"] = np.arange(count) // 8
        signal = signal + (rows["c1"] == "red")
        rows.loc[::9, "n2"] = np.nan
        rows.loc[::11, "c1"] = np.nan
        return rows, signal
    if modality == "text":
        plain = "plot cast film scene slow quick actor music story light sound ending start middle camera joke song hero villain"
        words = np.array(f"good bad fine poor great awful {plain}".split())
        picks = rng.integers(0, len(words), (count, 14))
        rows["text"] = [" ".join(words[pick]) + "!" for pick in picks]
        return rows, ((picks == 0).sum(1) + (picks == 4).sum(1) - (picks == 1).sum(1) - (picks == 5).sum(1)).astype(float)
    if modality == "image":
        kinds = rng.integers(0, 3, count)
        pixels = rng.integers(0, 80, (count, SIDE, SIDE)).astype(np.uint8)
        for row, kind in enumerate(kinds):
            pixels[row, 4 * kind + 2 : 4 * kind + 5, 3:13] = 220
        (folder / "input" / "images").mkdir(parents=True)
        rows["path"] = [f"images/{row}.png" for row in rows["id"]]
        for row, path in enumerate(rows["path"]):
            (folder / "input" / path).write_bytes(png(pixels[row]))
        flat = pd.DataFrame(pixels.reshape(count, -1), columns=[f"p{each:03d}" for each in range(SIDE * SIDE)])
        return pd.concat([rows, flat], axis=1), kinds.astype(float)
    rows["date"] = pd.date_range("2024-01-01", periods=count).strftime("%Y-%m-%d")
    if modality == "time-series":
        return rows, np.arange(count) / 100 + np.sin(np.arange(count) * 2 * np.pi / 7)
    teams = rng.choice([f"team {each}" for each in range(8)], (count, 2))
    rows["home"], rows["away"] = teams.T
    return rows, np.array([int(home[-1]) - int(away[-1]) for home, away in teams], dtype=float)


def set_up(entry, folder):
    rng = np.random.default_rng(0)
    (folder / "input").mkdir()
    rows, signal = table(entry["modality"], rng, folder)
    if entry["taskType"] != "ranking":
        rows = rows.drop(columns="group", errors="ignore")
    rows["target"] = answers(np.asarray(signal), entry["taskType"], rng)
    rows[:ROWS].to_csv(folder / "input" / "train.csv", index=False)
    rows[ROWS:].drop(columns="target").to_csv(folder / "input" / "test.csv", index=False)
    labels = ["a", "b", "c"] if entry["taskType"] == "multiclass" else ["target"]
    return ["id", *labels], rows["target"][ROWS:], rows["id"][ROWS:]


def fault(submission, columns, ids):
    if list(submission.columns) != columns:
        return f"columns {list(submission.columns)}, expected {columns}"
    if sorted(submission["id"]) != sorted(ids):
        return "ids differ from the test rows"
    if not np.isfinite(submission[columns[1:]].to_numpy(float)).all():
        return "predictions are not all finite"
    return None


def skill(submission, truth, columns):
    """How much better than a constant: correlation, or accuracy over the commonest class."""
    if len(columns) > 2:
        said = submission[columns[1:]].idxmax(axis=1)
        return float((said.to_numpy() == truth.to_numpy()).mean() - truth.value_counts(normalize=True).max())
    return float(np.corrcoef(submission["target"], truth)[0, 1])


def run(entry):
    missing = sorted(set(entry["packages"]) - installed())
    if missing:
        return {"status": "skipped", "why": f"{', '.join(missing)} not installed"}
    if entry["needsWeights"]:
        return {"status": "skipped", "why": "it needs pretrained weights"}
    home = Path.cwd()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        columns, truth, ids = set_up(entry, folder)
        os.chdir(folder)
        try:
            with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                exec(compile(entry["example"], entry["id"], "exec"), {"__name__": "__main__"})
            submission = pd.read_csv("submission.csv")
            why = fault(submission, columns, ids)
            ordered = submission.set_index("id").loc[list(ids)].reset_index()
            return {"status": "invalid" if why else "ran", "why": why, "skill": None if why else skill(ordered, truth, columns)}
        except Exception:
            return {"status": "failed", "why": traceback.format_exc(limit=-3)}
        finally:
            os.chdir(home)


for entry in json.load(sys.stdin):
    print(json.dumps({"id": entry["id"], "skill": None, **run(entry)}), flush=True)
