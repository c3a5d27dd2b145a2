"""Judging one submission: its form, its predictions into the bank, its score."""

from referee.blending import bank
from referee.judging import metrics, validate
from referee.faults import MetricFailed, Rejected, Undefined


def judge(case, solution, view, path):
    """Validates, banks and scores a submission file. Never raises for what a script did."""
    try:
        if case.splittable:
            predictions = read(case, view, path)
        else:
            check_form(case, path)
        scored = view != "final"
        score = metrics.score(case.problem, case.truth(view), predictions) if scored else None
        if case.splittable:
            bank.put(case, solution, view, predictions)
        status = "scored" if scored else "accepted"
        return {"status": status, "score": score, "reason": None, "rows": case.count(view)}
    except (Rejected, Undefined, MetricFailed) as reason:
        return {"status": "invalid-submission", "score": None, "reason": str(reason), "rows": 0}


def read(case, view, path):
    """A valid submission's predictions in the order of the view's rows."""
    return validate.read_submission(
        path, case.problem, case.frozen["sampleHeader"], case.ids(view), case.count(view),
        case.sample_bytes,
    )


def check_form(case, path):
    """Self-reported runs: columns, ids, row count and filled cells, by the sample alone."""
    header, count = case.frozen["sampleHeader"], case.count("final")
    data = validate.read_bytes(path, validate.size_limit(case.sample_bytes, count, len(header)))
    found, records = validate.parse(data)
    validate.check_header(found, header)
    expected = case.ids("final")
    if expected is not None:
        place = found.index(case.task["id_column"])
        validate.align([record[place] for record in records], expected)
    elif len(records) != count:
        raise Rejected(f"{len(records)} rows, {count} expected (as in the sample submission)")
    for name in header:
        place = found.index(name)
        for i, record in enumerate(records):
            if record[place].strip().lower() in ("", "nan", "inf", "-inf"):
                raise Rejected(f"{name} is {record[place]!r} in record {i + 1}")
