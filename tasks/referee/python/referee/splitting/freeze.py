"""From a competition's files to a frozen split: read once, decided once, kept with a hash."""

import hashlib
import json
import os

from referee import files, tables
from referee.splitting.divide import divide
from referee.faults import Invalid, Unsplittable
from referee.splitting.kept import final_arrays, label_file
from referee.splitting.source import Source

VERSION = 2
# Splits of these versions can still be opened.
KNOWN_VERSIONS = (1, 2)


def freeze(task, folder, seed, subsample, max_folds):
    """Makes labels and split under `folder`, the commit mark `split.json` last. Returns its content."""
    source = Source(task)
    hashes = source.hashes()
    inputs = {
        "version": VERSION,
        "data": hashes,
        "seed": seed,
        "subsample": subsample,
        "maxFolds": max_folds,
        "task": {key: value for key, value in task.items() if key not in ("folder", "description")},
    }
    frozen = files.read_json(os.path.join(folder, "split.json"))
    if frozen is not None:
        changed = changes(frozen["inputs"], inputs)
        if changed:
            raise Invalid(
                f"the split was frozen for other inputs ({', '.join(changed)} changed):"
                " start a new run"
            )
        return frozen
    try:
        frozen = divide(source, folder, seed, subsample, max_folds)
    except Unsplittable as reason:
        frozen = self_reported(source, folder, str(reason))
    frozen["inputs"] = inputs
    digest = hashlib.sha256(json.dumps([frozen["split"], inputs], sort_keys=True).encode())
    digest.update(frozen["rows"].encode())
    frozen["split"]["hash"] = digest.hexdigest()
    files.write_json(os.path.join(folder, "split.json"), frozen)
    return frozen


def changes(before, now):
    """Names of the inputs that are not what they were; fields that came later count where they are used."""
    def comparable(name, value):
        if name == "version":
            return value in KNOWN_VERSIONS
        if name == "task" and isinstance(value, dict):
            return {key: each for key, each in value.items() if not unused(each)}
        return value

    return [name for name in now if comparable(name, before.get(name)) != comparable(name, now[name])]


def unused(value):
    """Whether a field of the task says nothing."""
    if isinstance(value, dict):
        return all(each is None for each in value.values())
    return value in (None, [])


def self_reported(source, folder, why):
    """No split: only the form of the final submission is judged."""
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
    }
    return {"split": summary, "rows": "", "sampleHeader": header, "labels": None}


def count_rows(path):
    """Records of a CSV file; 0 when there is no such file."""
    try:
        return tables.read_columns(path, [])[1] if os.path.isfile(path) else 0
    except Invalid:
        return 0
