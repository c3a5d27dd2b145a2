"""Writes a made-up competition of any size: `large_tables.py <folder> <training rows> <columns> <test rows>`.

Numbers, levels, texts and dates, some of them missing, with a yes/no answer that a few of them tell. Seeded.
"""

import os
import sys

import numpy as np
import pandas as pd

# Of a hundred columns so many are no numbers.
LEVELS, TEXTS, DATES = 25, 3, 3
# Rows that are made and written at a time, to bound memory.
CHUNK_ROWS = 50_000
WORDS = np.array("late early paid open red blue small large north south urgent closed new old other".split())


def kinds_of(count):
    """The kind of each of `count` columns, mixed; the first are numbers, which tell the answer."""
    kinds = ["number"] * count
    rng = np.random.default_rng(1)
    others = ["level"] * (count * LEVELS // 100) + ["text"] * max(1, count * TEXTS // 100)
    others += ["date"] * max(1, count * DATES // 100)
    for place, kind in zip(rng.choice(np.arange(6, count), len(others), replace=False), others):
        kinds[place] = kind
    return kinds


def cells_of(kind, place, count, rng):
    """One column of `count` cells."""
    if kind == "number":
        numbers = np.round(rng.normal(place % 7, 1 + place % 5, count), 3 + place % 2)
        return np.floor(10 * numbers) if place % 4 == 3 else numbers
    if kind == "level":
        size = (2, 5, 12, 60, 400)[place % 5]
        return np.char.add(f"c{place % 10}-", (size * rng.random(count) ** 2).astype(int).astype(str))
    if kind == "date":
        seconds = rng.integers(0, 3 * 365 * 86_400, count)
        dates = np.datetime64("2021-01-01T00:00:00") + seconds.astype("timedelta64[s]")
        return np.char.replace(dates.astype(str), "T", " ")
    words = WORDS[rng.integers(0, len(WORDS), (5, count))]
    text = words[0]
    for more in words[1:]:
        text = np.char.add(np.char.add(text, " "), more)
    return text


def table(kinds, first, count, seed):
    """`count` rows from id `first` on, with the answer `y` as the last column."""
    rng = np.random.default_rng([seed, first])
    columns = {"id": np.arange(first, first + count)}
    cells = [cells_of(kind, place, count, rng) for place, kind in enumerate(kinds)]
    score = 0.8 * cells[0] - 0.5 * cells[1] + 0.4 * np.abs(cells[2] - 2) - 0.3 * cells[0] * (cells[1] > 1)
    answer = (rng.random(count) < 1 / (1 + np.exp(-score))).astype(int)
    for place, (kind, values) in enumerate(zip(kinds, cells)):
        column = pd.Series(values)
        # Every third column misses up to a fifth of its cells.
        columns[f"{kind}_{place}"] = column.mask(rng.random(count) < place % 20 / 100) if place % 3 == 0 else column
    return pd.DataFrame({**columns, "y": answer})


def write(path, kinds, first, count, seed, drop):
    """Writes a table in chunks."""
    for start in range(0, count, CHUNK_ROWS):
        rows = table(kinds, first + start, min(CHUNK_ROWS, count - start), seed)
        rows.drop(columns=drop).to_csv(path, index=False, mode="w" if start == 0 else "a", header=start == 0)


def main():
    """Both tables and the sample, in a folder that is there whole or not at all."""
    folder, rows, columns, tests = sys.argv[1], *map(int, sys.argv[2:5])
    part = f"{folder}.part-{os.getpid()}"
    os.makedirs(part)
    # The id and the answer are columns too.
    kinds = kinds_of(columns - 2)
    write(os.path.join(part, "train.csv"), kinds, 0, rows, 1, [])
    write(os.path.join(part, "test.csv"), kinds, rows, tests, 2, ["y"])
    sample = pd.DataFrame({"id": np.arange(rows, rows + tests), "y": 0.5})
    sample.to_csv(os.path.join(part, "sample_submission.csv"), index=False)
    with open(os.path.join(part, "description.md"), "w", encoding="utf-8") as file:
        file.write("# Made-up yes or no\n\nPredict the probability of `y`; submissions are scored by ROC AUC.\n")
    os.rename(part, folder)


if __name__ == "__main__":
    main()
