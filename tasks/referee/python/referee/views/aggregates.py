"""Tables that hold a summary of the answers: it was made of the validation rows too."""

import numpy as np

from referee import tables
from referee.problem import as_number

MIN_KEYS = 3
ENOUGH_KEYS = 8
AGREE = 0.9
FOLLOWS = 0.985


def tells(source, units, path, header):
    """Which column of a table is a mean, sum or other summary of the target by a key of train, or None."""
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
        if len(set(found)) != count or count < MIN_KEYS:
            continue
        groups = {}
        for row, name in enumerate(zip(*(own[name] for name in key))):
            groups.setdefault(name, []).append(row)
        places = [i for i, name in enumerate(found) if name in groups]
        members = [groups[found[i]] for i in places]
        if len(places) < MIN_KEYS or max(map(len, members)) < 2:
            continue
        for name in header:
            told = None if name in key else summary(columns[name], places, members, targets)
            if told is not None:
                return f"its {name} is the {told} by {' and '.join(key)}, validation rows included"
    return None


def numeric_targets(source, units):
    """Each target as numbers; a class is 1 in its own column. Rows without an answer are NaN."""
    found = {}
    for name in source.task["target_columns"]:
        cells = units.columns[name]
        numbers = [as_number(cell) for cell in cells]
        if all(number is not None or not cell for number, cell in zip(numbers, cells)):
            found[name] = np.array([np.nan if number is None else number for number in numbers])
            continue
        for label in sorted(set(cells))[:20]:
            found[f"{name} {label}"] = np.array([float(cell == label) for cell in cells])
    return found


SUMMARIES = {
    "mean": np.mean, "sum": np.sum, "median": np.median, "smallest": np.min, "largest": np.max,
    "spread": np.std,
}


def summary(cells, places, members, targets):
    """The name of the summary that a column holds, or None."""
    values = [as_number(cells[i]) for i in places]
    if any(value is None for value in values) or len(set(values)) < MIN_KEYS:
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
            if near.mean() >= AGREE and len(set(np.round(made, 2))) >= MIN_KEYS:
                return f"{name} of {target}"
        made = np.array([part.mean() for part in parts])
        weighty = np.array([len(part) >= 5 for part in parts])
        if weighty.sum() >= ENOUGH_KEYS and values[weighty].std() > 0 and made[weighty].std() > 0:
            if abs(np.corrcoef(values[weighty], made[weighty])[0, 1]) >= FOLLOWS:
                return f"mean of {target} (or nearly so)"
    return None
