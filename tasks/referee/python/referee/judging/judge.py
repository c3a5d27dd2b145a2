"""Scoring one submission: its form is checked, its predictions go into the bank."""

import os

from referee import files
from referee.blending import bank
from referee.errors import MetricFailed, Rejected, Undefined
from referee.judging import exact_form, metrics, validate
from referee.judging.exact_text import exact_ids


def judge_submission(competition, solution, view, path):
    """
    Validates, banks and scores a submission file: `status`, `score`, `reason`, `rows`, `banked`, `normalized`.

    `normalized` says what was read as which id or label, or is None. Of the final view the submission is then written
    once more beside the file, in the exact text (see `exact_path`), with its hash. Never raises for what a script did:
    an invalid submission is a status with its reason.
    """
    try:
        read = read_form(competition, view, path)
        scored = view != "final"
        score = metrics.score(competition.problem, competition.truth(view), read.predictions) if scored else None
        banked = None
        if competition.splittable:
            banked = bank.put_predictions(competition, solution, view, read.predictions)
        read = in_sample_form(competition, read)
        normalized = write_exact(competition, view, read, path) if read.notes else None
        status = "scored" if scored else "accepted"
        return {"status": status, "score": score, "reason": None, "rows": competition.count(view), "banked": banked,
                "normalized": normalized}
    except (Rejected, Undefined, MetricFailed) as reason:
        return {"status": "invalid-submission", "score": None, "reason": str(reason), "rows": 0, "banked": None,
                "normalized": None}


def read_form(competition, view, path):
    """What a valid submission says, in the order of the view's rows."""
    if not competition.splittable:
        return check_form(competition, path)
    return validate.read_exact(
        path, competition.problem, competition.frozen["sampleHeader"], competition.ids(view), competition.count(view),
        competition.sample_bytes,
    )


def in_sample_form(competition, read):
    """Numbers with the signs and separators that the sample submission shows, where answers are written with such."""
    return exact_form.in_sample_form(competition.problem, competition.source.sample, read) if competition.splittable else read


def exact_path(path):
    """Where the exact text of a submission file is written."""
    return f"{os.path.splitext(path)[0]}.exact.csv"


def write_exact(competition, view, read, path):
    """The note on what was changed and, of the final view, the hash of the exact text, which is written."""
    note = f"read as the exact text: {'; '.join(read.notes)}"
    if view != "final":
        return {"note": note, "sha256": None}
    header = competition.frozen["sampleHeader"]
    columns = competition.problem.columns if competition.splittable else \
        [name for name in header if name != competition.task["id_column"]]
    exact = exact_path(path)
    exact_form.write_reading(exact, header, competition.task["id_column"], columns, read)
    return {"note": note, "sha256": files.sha256(exact)}


def check_form(competition, path):
    """Self-reported runs: columns, ids, row count and filled cells, by the sample alone. Raises `Rejected`."""
    notes = []
    header, count = competition.frozen["sampleHeader"], competition.count("final")
    data = validate.read_bytes(path, validate.size_limit(competition.sample_bytes, count, len(header)))
    found, records = validate.parse(data)
    found = validate.read_header(found, header, notes)
    expected = competition.ids("final")
    if expected is not None:
        place = found.index(competition.task["id_column"])
        ids, changed = exact_ids([record[place] for record in records], expected, competition.task)
        if changed:
            notes.append(f"{competition.task['id_column']} {changed[0]!r} is {changed[1]!r}")
        records = [records[i] for i in validate.align(ids, expected)]
    elif len(records) != count:
        raise Rejected(f"{len(records)} rows, {count} expected (as in the sample submission)")
    named = [] if expected is None else [competition.task["id_column"]]
    for name in (each for each in header if each not in named):
        place = found.index(name)
        for i, record in enumerate(records):
            if record[place].strip().lower() in ("", "nan", "inf", "-inf"):
                raise Rejected(f"{name} is {record[place]!r} in record {i + 1}")
    columns = [name for name in header if expected is None or name != competition.task["id_column"]]
    cells = [[record[found.index(name)] for record in records] for name in columns]
    return validate.Reading(None, expected, cells, notes)
