"""Tables that hold an aggregate of the target (target encoding): it was computed on the validation rows too."""

import numpy as np

from referee import tables
from referee.problem import as_number
from referee.splitting.near_copies import parsed

# Fewer groups agree by chance.
MIN_GROUPS = 3
# Groups of five rows or more that a correlation is taken over.
MIN_CORRELATED_GROUPS = 8
MIN_GROUP_ROWS = 5
# Share of the groups whose aggregate must be the cell, up to rounding.
MIN_AGREEMENT = 0.9
# Correlation with the means from which on a column is one of them, smoothed or of other rows.
MIN_CORRELATION = 0.985
# Classes of a target that are looked at.
MAX_CLASSES = 20


def find_target_summary(source, units, path, header):
    """A sentence when a column of the table is a mean, sum or other aggregate of the target by a key, else None."""
    if units.of_train is not None:
        shared = [name for name in units.columns if name in header]
    else:
        shared = [name for name in units.header if name in header]
    shared = [name for name in shared if name not in source.task["target_columns"]]
    if not shared or len(shared) == len(header):
        return None
    columns, count = tables.read_columns(path, header)
    own, _ = (units.columns, 0) if units.of_train is not None else tables.read_columns(source.train, shared)
    targets = numeric_targets(source, units)
    for key in [*([name] for name in shared), *([shared] if len(shared) > 1 else [])]:
        found = list(zip(*(columns[name] for name in key)))
        if len(set(found)) != count or count < MIN_GROUPS:
            continue
        groups = {}
        for row, name in enumerate(zip(*(own[name] for name in key))):
            groups.setdefault(name, []).append(row)
        places = [i for i, name in enumerate(found) if name in groups]
        members = [groups[found[i]] for i in places]
        if len(places) < MIN_GROUPS or max(map(len, members)) < 2:
            continue
        for name in header:
            found_summary = None if name in key else summary_name(columns[name], places, members, targets)
            if found_summary is not None:
                return f"its {name} is the {found_summary} by {' and '.join(key)}, validation rows included"
    return None


def numeric_targets(source, units):
    """Name -> float (units,) for each target; a class is 1 in its own column. Units without an answer are NaN."""
    found = {}
    for name in source.task["target_columns"]:
        cells = units.columns[name]
        whole = parsed(cells)
        if whole is not None:
            found[name] = whole
            continue
        numbers = [as_number(cell) for cell in cells]
        if all(number is not None or not cell for number, cell in zip(numbers, cells)):
            found[name] = np.array([np.nan if number is None else number for number in numbers])
            continue
        for label in sorted(set(cells))[:MAX_CLASSES]:
            found[f"{name} {label}"] = np.array([float(cell == label) for cell in cells])
    return found


SUMMARIES = {
    "mean": np.mean, "sum": np.sum, "median": np.median, "smallest": np.min, "largest": np.max,
    "spread": np.std,
}


def summary_name(cells, places, members, targets):
    """
    The name of the aggregate that a column holds, or None. `places`: records that are groups of train; `members`: the
    rows of each; `targets`: name -> float (units,).
    """
    values = [as_number(cells[i]) for i in places]
    if any(value is None for value in values) or len(set(values)) < MIN_GROUPS:
        return None
    values = np.array(values)
    for target, numbers in targets.items():
        parts = [numbers[rows] for rows in members]
        parts = [part[np.isfinite(part)] for part in parts]
        if not all(len(part) for part in parts):
            continue
        for name, function in SUMMARIES.items():
            made = np.array([function(part) for part in parts])
            # Rounded as people do, to two digits at least.
            near = np.abs(made - values) <= np.maximum(0.00501, 1e-3 * np.abs(made))
            if near.mean() >= MIN_AGREEMENT and len(set(np.round(made, 2))) >= MIN_GROUPS:
                return f"{name} of {target}"
        made = np.array([part.mean() for part in parts])
        large = np.array([len(part) >= MIN_GROUP_ROWS for part in parts])
        if large.sum() >= MIN_CORRELATED_GROUPS and values[large].std() > 0 and made[large].std() > 0:
            if abs(np.corrcoef(values[large], made[large])[0, 1]) >= MIN_CORRELATION:
                return f"mean of {target} (or nearly so)"
    return None
