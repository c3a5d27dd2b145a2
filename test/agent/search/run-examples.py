"""Runs catalogue examples on tiny data; prints one JSON line per example.

Reads a JSON list of {id, kind, modality, taskType, packages, needsWeights, example} from standard input.
The names an example finds are those of `agent/search/catalogue/README.md`.
"""

import contextlib
import importlib.metadata
import io
import json
import re
import sys
import traceback
import warnings

import numpy as np
import pandas as pd

ROWS, TEST_ROWS, SIDE = 240, 60, 16


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
    if task == "multilabel":
        return np.column_stack([noisy > np.median(noisy), noisy > np.quantile(noisy, 0.7)]).astype(int)
    if task == "multi-target":
        return np.column_stack([noisy, 2 - noisy]).round(3)
    return pd.qcut(noisy, 3, labels=False)


def table(rng, count):
    rows = pd.DataFrame({"id": np.arange(count)})
    rows["n1"], rows["n2"], rows["n3"] = rng.normal(size=(3, count))
    rows["c1"] = rng.choice(["red", "green", "blue"], count)
    rows["c2"] = rng.choice([f"town {each}" for each in range(12)], count)
    rows["date"] = pd.date_range("2024-01-01", periods=count, freq="7h").strftime("%Y-%m-%d %H:%M")
    rows["lat"], rows["lon"] = rng.uniform(40, 41, count), rng.uniform(-74, -73, count)
    rows["note"] = rng.choice(["good cheap", "bad dear", "plain"], count)
    rows["group"] = np.arange(count) // 10
    signal = rows["n1"] - 0.5 * rows["n2"] + (rows["c1"] == "red") + (rows["note"] == "good cheap")
    rows.loc[::9, "n2"] = np.nan
    rows.loc[::11, "c1"] = np.nan
    return rows, signal.to_numpy()


def tabular(entry, rng):
    rows, signal = table(rng, ROWS + TEST_ROWS)
    y = answers(signal, entry["taskType"], rng)
    coded = rows.drop(columns=["id", "group"]).copy()
    for name in coded.columns:
        if not pd.api.types.is_numeric_dtype(coded[name]):
            coded[name] = pd.factorize(coded[name])[0]
    coded = coded.fillna(0.0).astype(float)
    train, test = rows[:ROWS].copy(), rows[ROWS:].reset_index(drop=True)
    if y.ndim == 1:
        train["target"] = y[:ROWS]
    noise = rng.normal(0, [[0.3], [0.5], [0.7]], (3, len(rows))).T
    scores = signal[:, None] + noise
    if entry["taskType"] in ("binary", "multiclass"):
        scores = 1 / (1 + np.exp(-(scores - np.median(scores))))
    names = {
        "train": train, "test": test, "y_train": pd.Series(y[:ROWS]) if y.ndim == 1 else y[:ROWS],
        "X_train": coded[:ROWS].copy(), "X_test": coded[ROWS:].reset_index(drop=True),
        "oof": scores[:ROWS], "test_predictions": scores[ROWS:],
    }
    return names, y[ROWS:]


def text(entry, rng):
    plain = "plot cast film scene slow quick actor music story light sound ending start middle camera joke song"
    words = np.array(f"good bad fine poor {plain}".split())
    picks = rng.integers(0, len(words), (ROWS + TEST_ROWS, 14))
    texts = [" ".join(words[pick]) + "!" for pick in picks]
    signal = ((picks == 0) + 0.0 + (picks == 2) - (picks == 1) - (picks == 3)).sum(axis=1)
    y = answers(signal, entry["taskType"], rng)
    return {"texts_train": texts[:ROWS], "texts_test": texts[ROWS:], "y_train": y[:ROWS]}, y[ROWS:]


def image(entry, rng):
    count = ROWS + TEST_ROWS
    kinds = rng.integers(0, 3, count)
    pixels = rng.integers(0, 80, (count, SIDE, SIDE, 3)).astype(np.uint8)
    for row, kind in enumerate(kinds):
        pixels[row, 4 * kind + 2 : 4 * kind + 5, 3:13] = 220
    y = answers(kinds.astype(float), entry["taskType"], rng)
    return {"images_train": pixels[:ROWS], "images_test": pixels[ROWS:], "y_train": y[:ROWS]}, y[ROWS:]


def audio(entry, rng):
    count, time = ROWS + TEST_ROWS, np.arange(4000) / 16000
    kinds = rng.integers(0, 3, count)
    tones = np.sin(2 * np.pi * (300 + 500 * kinds[:, None] + rng.normal(0, 20, (count, 1))) * time)
    waves = (tones + rng.normal(0, 0.3, (count, len(time)))).astype(np.float32)
    y = answers(kinds.astype(float), entry["taskType"], rng)
    return {"waves_train": waves[:ROWS], "waves_test": waves[ROWS:], "y_train": y[:ROWS]}, y[ROWS:]


def series(entry, rng):
    count = ROWS + 28
    days = pd.date_range("2024-01-01", periods=count)
    value = 50 + np.arange(count) / 20 + 8 * np.sin(np.arange(count) * 2 * np.pi / 7) + rng.normal(0, 1, count)
    history = pd.DataFrame({"date": days[:ROWS], "value": value[:ROWS]})
    return {"history": history, "future": days[ROWS:]}, value[ROWS:]


def matches(entry, rng):
    count = ROWS + TEST_ROWS
    sides = np.array([rng.choice(8, 2, replace=False) for _ in range(count)])
    rows = pd.DataFrame({"date": pd.date_range("2024-01-01", periods=count)})
    rows["home"], rows["away"] = [[f"team {each}" for each in side] for side in sides.T]
    y = answers((sides[:, 0] - sides[:, 1]) / 4.0, entry["taskType"], rng)
    rows["target"] = y
    return {"matches_train": rows[:ROWS], "matches_test": rows[ROWS:].drop(columns="target").reset_index(drop=True)}, y[ROWS:]


def recommendation(entry, rng):
    users, items = rng.normal(size=(30, 2)), rng.normal(size=(25, 2))
    pairs = np.array([(user, item) for user in range(30) for item in range(25)])
    rng.shuffle(pairs)
    pairs = pairs[:500]
    taste = (users[pairs[:, 0]] * items[pairs[:, 1]]).sum(axis=1) + items[pairs[:, 1], 0]
    rows = pd.DataFrame(pairs, columns=["user", "item"])
    rows["rating"] = np.clip(np.round(3 + taste + rng.normal(0, 0.3, len(rows))), 1, 5)
    return {"ratings": rows[:400], "pairs": rows[400:][["user", "item"]].reset_index(drop=True)}, rows["rating"].to_numpy()[400:]


def segmentation(entry, rng):
    count = 40
    images = rng.integers(0, 110, (count, SIDE, SIDE, 3)).astype(np.uint8)
    masks = np.zeros((count, SIDE, SIDE), dtype=bool)
    for row, (top, left) in enumerate(rng.integers(0, 9, (count, 2))):
        masks[row, top : top + 6, left : left + 6] = True
    images[masks] = np.clip(images[masks] + 100.0, 0, 255).astype(np.uint8)
    return {"images_train": images[:30], "masks_train": masks[:30], "images_test": images[30:]}, masks[30:]


def translation(entry, rng):
    units = {"kg": "kilograms", "km": "kilometers", "ml": "milliliters"}
    digits = ["two", "three", "four", "five", "six"]
    picks = [(rng.integers(0, 5), rng.choice(list(units))) for _ in range(ROWS + TEST_ROWS)]
    sources = [f"it has {each + 2} {unit} left" for each, unit in picks]
    targets = [f"it has {digits[each]} {units[unit]} left" for each, unit in picks]
    return {"sources_train": sources[:ROWS], "targets_train": targets[:ROWS], "sources_test": sources[ROWS:]}, targets[ROWS:]


MAKERS = {
    "tabular": tabular, "text": text, "image": image, "audio": audio, "time-series": series,
    "entity-history": matches, "recommendation": recommendation, "segmentation": segmentation, "seq2seq": translation,
}


def correlation(said, truth):
    said, truth = np.asarray(said, dtype=float), np.asarray(truth, dtype=float)
    return float(np.corrcoef(said.ravel(), truth.ravel())[0, 1])


def skill(said, truth, modality, task):
    """How much better than a constant: correlation, or accuracy over that of the commonest answer."""
    if modality == "seq2seq":
        return float(np.mean([a == b for a, b in zip(said, truth, strict=True)]))
    if modality == "segmentation":
        said = np.asarray(said, dtype=bool)
        return float((said & truth).sum() / max(1, (said | truth).sum()) - truth.mean())
    said = np.asarray(said)
    if task == "multiclass":
        labels = said.argmax(axis=1) if said.ndim == 2 else said
        return float((labels == truth).mean() - np.bincount(truth).max() / len(truth))
    return correlation(said, truth)


def fault_of_folds(folds):
    """Folds are pairs of row numbers that share none and judge somewhere."""
    for train, valid in folds:
        if len(train) == 0 or len(valid) == 0 or set(np.asarray(train)) & set(np.asarray(valid)):
            return "a fold is empty or trains on rows that it judges"
    return None if len(folds) > 0 else "no folds"


def check(entry, names, truth):
    """What a technique or a model leaves: why it cannot be used, or how much it knows."""
    kind = entry["kind"]
    if kind == "validation":
        return (fault_of_folds(names["folds"]), None) if "folds" in names else (None, float(names["score"]))
    if kind == "feature":
        train, test = np.asarray(names["X_train"]), np.asarray(names["X_test"])
        if len(train) != ROWS or len(test) != TEST_ROWS or train.shape[1:] != test.shape[1:]:
            return f"X_train is {train.shape}, X_test {test.shape}", None
        if not (np.isfinite(train.astype(float)).all() and np.isfinite(test.astype(float)).all()):
            return "features are not all finite", None
        return None, None
    said = names["prediction"]
    if len(said) != len(truth):
        return f"{len(said)} predictions for {len(truth)} rows", None
    if entry["modality"] != "seq2seq" and not np.isfinite(np.asarray(said, dtype=float)).all():
        return "predictions are not all finite", None
    return None, skill(said, truth, entry["modality"], entry["taskType"])


def run(entry):
    missing = sorted(set(entry["packages"]) - installed())
    if missing:
        return {"status": "skipped", "why": f"{', '.join(missing)} not installed"}
    if entry["needsWeights"]:
        return {"status": "skipped", "why": "it needs pretrained weights"}
    names, truth = MAKERS[entry["modality"]](entry, np.random.default_rng(0))
    try:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(entry["example"], entry["id"], "exec"), names)
        why, known = check(entry, names, truth)
        return {"status": "invalid" if why else "ran", "why": why, "skill": known}
    except Exception:
        return {"status": "failed", "why": traceback.format_exc(limit=-3)}


for entry in json.load(sys.stdin):
    print(json.dumps({"id": entry["id"], "skill": None, **run(entry)}), flush=True)
