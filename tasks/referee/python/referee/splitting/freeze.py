"""From a competition's files to a frozen split: read once, decided once, kept with a hash."""

import hashlib
import json
import os

from referee import files, tables
from referee.errors import Invalid, Unsplittable
from referee.splitting.label_store import final_arrays, label_file
from referee.splitting.make_split import make_split
from referee.splitting.source import Source

# The form of `split.json` and of the label files; another form is another split.
VERSION = 1

# What of a task changes no split and no score.
UNUSED = ("folder", "description", "thresholds")


def freeze_split(task, folder, seed, subsample, max_folds):
    """
    Makes labels and split below `folder`, the commit mark `split.json` last; a split that is there stays as it is.

    Returns the content of `split.json`. Raises `Invalid` when it was frozen for other inputs.
    """
    source = Source(task)
    inputs = {
        "version": VERSION,
        "data": source.hashes(),
        "seed": seed,
        "subsample": subsample,
        "maxFolds": max_folds,
        "task": {key: value for key, value in task.items() if key not in UNUSED},
    }
    frozen = files.read_json(os.path.join(folder, "split.json"))
    if frozen is not None:
        changed = [name for name in inputs if frozen["inputs"].get(name) != inputs[name]]
        if changed:
            raise Invalid(
                f"the split was frozen for other inputs ({', '.join(changed)} changed):"
                " start a new run with --fresh"
            )
        return frozen
    try:
        frozen = make_split(source, folder, seed, subsample, max_folds)
    except Unsplittable as reason:
        frozen = self_reported(source, folder, str(reason))
    frozen["inputs"] = inputs
    digest = hashlib.sha256(json.dumps([frozen["split"], inputs], sort_keys=True).encode())
    digest.update(frozen["rows"].encode())
    frozen["split"]["hash"] = digest.hexdigest()
    files.write_json(os.path.join(folder, "split.json"), frozen)
    return frozen


def self_reported(source, folder, why):
    """No split: only the form of the final submission is checked. `why`: what the referee cannot split."""
    header, ids, count = source.read_sample()
    rows = count_rows(source.train)
    files.write_arrays(label_file(folder, "final"), **final_arrays(ids, count))
    summary = {
        "kind": "self-reported",
        "strategy": "none",
        "why": f"the referee cannot split this competition: {why}",
        "folds": [],
        "searchFolds": 0,
        "sealedRows": 0,
        "trainRows": rows,
        "testRows": count,
        "subsample": None,
        "notes": [],
        "heldBack": [],
    }
    return {"split": summary, "rows": "", "sampleHeader": header, "labels": None, "auxiliary": {}}


def count_rows(path):
    """Records of a CSV file; 0 when there is no such file."""
    try:
        return tables.read_columns(path, [])[1] if os.path.isfile(path) else 0
    except Invalid:
        return 0
