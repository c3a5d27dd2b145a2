"""Scoring one submission: its form is checked, its predictions go into the bank."""

from referee.blending import bank
from referee.errors import MetricFailed, Rejected, Undefined
from referee.judging import metrics, validate


def judge_submission(competition, solution, view, path):
    """
    Validates, banks and scores a submission file: `status`, `score`, `reason`, `rows`, `banked`.

    Never raises for what a script did: an invalid submission is a status with its reason.
    """
    try:
        if competition.splittable:
            predictions = read_predictions(competition, view, path)
        else:
            check_form(competition, path)
        scored = view != "final"
        score = metrics.score(competition.problem, competition.truth(view), predictions) if scored else None
        banked = bank.put_predictions(competition, solution, view, predictions) if competition.splittable else None
        status = "scored" if scored else "accepted"
        return {"status": status, "score": score, "reason": None, "rows": competition.count(view), "banked": banked}
    except (Rejected, Undefined, MetricFailed) as reason:
        return {"status": "invalid-submission", "score": None, "reason": str(reason), "rows": 0, "banked": None}


def read_predictions(competition, view, path):
    """A valid submission's predictions in the order of the view's rows."""
    return validate.read_submission(
        path, competition.problem, competition.frozen["sampleHeader"], competition.ids(view), competition.count(view),
        competition.sample_bytes,
    )


def check_form(competition, path):
    """Self-reported runs: columns, ids, row count and filled cells, by the sample alone. Raises `Rejected`."""
    header, count = competition.frozen["sampleHeader"], competition.count("final")
    data = validate.read_bytes(path, validate.size_limit(competition.sample_bytes, count, len(header)))
    found, records = validate.parse(data)
    validate.check_header(found, header)
    expected = competition.ids("final")
    if expected is not None:
        place = found.index(competition.task["id_column"])
        validate.align([record[place] for record in records], expected)
    elif len(records) != count:
        raise Rejected(f"{len(records)} rows, {count} expected (as in the sample submission)")
    for name in header:
        place = found.index(name)
        for i, record in enumerate(records):
            if record[place].strip().lower() in ("", "nan", "inf", "-inf"):
                raise Rejected(f"{name} is {record[place]!r} in record {i + 1}")
