"""Judging one submission, pooling views, and comparing two solutions on the same rows and draws."""

import numpy as np

from . import bank, metrics, validate
from .faults import MetricFailed, Rejected, Undefined


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


def pooled_draws(case, solution, views):
    """Score over views weighted by rows, and the same in every draw."""
    total = sum(case.count(view) for view in views)
    score, draws = 0.0, None
    for view in views:
        predictions, truth = bank.get(case, solution, view), case.truth(view)
        share = case.count(view) / total
        score += share * metrics.score(case.problem, truth, predictions)
        drawn = case.resampler(view, common_draws(case, views)).scores(case.problem, truth, predictions)
        draws = share * drawn + (0 if draws is None else draws)
    return score, draws


def common_draws(case, views):
    """As many draws as the largest view allows, so that views can be added up."""
    return min(case.resampler(view).draws for view in views)


def interval(score, draws):
    """95 % of the draws; it holds the score itself."""
    known = draws[np.isfinite(draws)]
    if len(known) == 0:
        return [score, score]
    low, high = np.quantile(known, [0.025, 0.975])
    return [float(min(low, score)), float(max(high, score))]


def pool(case, solution, views):
    """Score of a solution with its interval."""
    score, draws = pooled_draws(case, solution, views)
    return {"score": score, "interval": interval(score, draws)}


def compare(case, incumbent, challenger, views):
    """Gain in the metric's good direction, its standard error, and the share of draws won."""
    base, base_draws = pooled_draws(case, incumbent, views)
    other, other_draws = pooled_draws(case, challenger, views)
    gains = case.problem.sign * (other_draws - base_draws)
    gains = gains[np.isfinite(gains)]
    if len(gains) == 0:
        gains = np.zeros(1)
    return {
        "gain": case.problem.sign * (other - base) + 0.0,
        "standardError": float(gains.std(ddof=1)) if len(gains) > 1 else 0.0,
        "probability": float((gains > 0).mean()),
    }
