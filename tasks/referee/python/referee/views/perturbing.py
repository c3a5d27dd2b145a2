"""Cells changed by less than a model feels: who looks rows up by their exact text finds none of them."""

import re

import numpy as np

from referee.problem import as_number
from referee.splitting.times import time_names

# A number with fewer different values is a code, whose values mean something each.
MIN_VALUES = 20
# A value that this many rows share, on the average, is a code too: of a shop, a postcode, a station, an occupation.
MIN_SHARED = 3
# Jitter in units of the spread: far below what separates a model's cells, far above what a look-up forgives.
JITTER = 0.01
# A text has blanks, and this many letters on the average.
MIN_TEXT = 20


def perturb_tables(competition, found, rng):
    """Changes the cells of the training and test rows; how many columns. Without `rng` they are only counted."""
    task = competition.task
    kept = {task["id_column"], task["group_column"], *time_names(task), *task["target_columns"]}
    changed = 0
    for name in found.headers["test"]:
        places = [(part, found.place(part, name)) for part in ("train", "test")]
        if name in kept or any(place is None for _, place in places):
            continue
        cells = [record[place] for part, place in places for record in found.records[part]]
        change = change_of([cell for cell in cells if cell])
        if change is None:
            continue
        changed += 1
        for part, place in places if rng is not None else []:
            for record in found.records[part]:
                if record[place]:
                    record[place] = change(record[place], rng)
    return changed


def change_of(cells):
    """A function from a cell and a generator to another cell, or None for a column that stays as it is."""
    distinct = set(cells)
    if len(distinct) < MIN_VALUES:
        return None
    is_shared = len(cells) >= MIN_SHARED * len(distinct)
    numbers = [as_number(cell) for cell in cells]
    if all(number is not None for number in numbers):
        return None if is_shared and not is_measured(cells) else jitter_of(cells, np.array(numbers))
    if is_shared:
        return None
    if all(number is None for number in numbers) and np.mean([len(cell) for cell in cells]) >= MIN_TEXT \
            and np.mean([" " in cell.strip() for cell in cells]) > 0.5:
        return lambda cell, rng: reword(cell, rng)
    return None


def is_measured(cells):
    """Whether numbers that repeat are measurements as they were rounded: with decimals, and next to each other."""
    decimals = decimals_of(cells)
    values = np.unique(np.array(cells, dtype=float))
    return decimals > 0 and float(np.median(np.diff(values))) < 1.5 * 10.0**-decimals


def decimals_of(cells):
    return max(len(cell.partition(".")[2]) if re.fullmatch(r"-?\d*\.\d+", cell) else 0 for cell in cells)


def jitter_of(cells, numbers):
    """Whole numbers stay whole and move only where there are many; no number leaves the range of all."""
    decimals = decimals_of(cells)
    spread = float(np.subtract(*np.quantile(numbers, [0.75, 0.25]))) or float(numbers.std())
    size = JITTER * spread
    if not np.isfinite(size) or size <= 0 or (decimals == 0 and size < 0.5):
        return None
    digits = max(decimals, 1 - int(np.floor(np.log10(size)))) if decimals else 0
    low, high = float(numbers.min()), float(numbers.max())

    def jitter(cell, rng):
        value = min(high, max(low, float(cell) + size * float(rng.uniform(-1, 1))))
        return str(int(round(value))) if decimals == 0 else f"{value:.{digits}f}"

    return jitter


def reword(cell, rng):
    """One more blank somewhere, and the first letter of one word in the other case."""
    words = cell.split(" ")
    place = int(rng.integers(len(words)))
    words[place] = words[place][:1].swapcase() + words[place][1:]
    words.insert(int(rng.integers(1, len(words) + 1)), "")
    return " ".join(words)
