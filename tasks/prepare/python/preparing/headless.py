"""Tables whose first line is a row already: which ones are, and what their columns are called."""

import csv
import os
import re
from itertools import islice

import texts

PROBED = 200
DECIMAL = re.compile(r"[+-]?\d*\.\d+([eE][+-]?\d+)?|-\d+|[+-]?\d+[eE][+-]?\d+")
# Its header is what a submission needs.
SAMPLE = re.compile(r"sample|submission", re.I)
NAME = re.compile(r"column_\d+")
# Numbers in order over so many columns are names: wavelengths, quantiles; in equal steps, whatever their number.
ORDERED = 5


def number_of(cell):
    try:
        return float(cell)
    except ValueError:
        return None


def is_headless(header, rows):
    """
    Whether the first line of a table is a row: numbers stand over all columns of numbers, and one of them can be no
    name, or a text stands over a column that has it again.
    """
    if len(rows) < 3 or not all(len(row) == len(header) for row in rows):
        return False
    columns = list(zip(*rows))
    numeric = [i for i, cells in enumerate(columns) if any(cells) and all(number_of(cell) is not None for cell in cells if cell)]
    numbers = [number_of(header[i]) for i in numeric]
    if any(number is None for number, i in zip(numbers, numeric) if header[i] != ""):
        return False
    told = [i for i in range(len(header)) if header[i] and (columns[i].count(header[i]) > 1)
            and len(set(columns[i])) <= len(rows) / 2]
    known = [number for number in numbers if number is not None]
    steps = {round(b - a, 9) for a, b in zip(known, known[1:])}
    if steps and min(steps) > 0 and (len(known) >= ORDERED or len(steps) == 1):
        return False
    if any(DECIMAL.fullmatch(header[i].strip()) for i in numeric):
        return True
    if not numeric:
        # Texts alone: a header hardly ever repeats what stands below it.
        return bool(told) and any(len(header[i]) and not header[i][:1].isupper() or len(told) > 1 for i in told)
    return bool(told) and len(known) == len(numeric)


def name_columns(folder, tables, notes):
    """Gives the tables without a header one; whether there were any."""
    named = False
    for name in tables:
        path = os.path.join(folder, name)
        if SAMPLE.search(os.path.basename(name)):
            continue
        with open(path, encoding="utf-8", newline="") as file:
            records = [record for record in islice(csv.reader(file), PROBED) if record]
        if not records or not is_headless(records[0], records[1:]):
            continue
        header = [f"column_{place}" for place in range(1, len(records[0]) + 1)]

        def whole():
            yield header
            with open(path, encoding="utf-8", newline="") as file:
                yield from (record for record in csv.reader(file) if record)

        texts.write(f"{path}.named", whole())
        os.replace(f"{path}.named", path)
        notes.add("the first line is a row, no header: columns are called column_1, column_2, …", name)
        named = True
    return named


def is_named(header):
    """Whether a table got its names here."""
    return all(NAME.fullmatch(name) for name in header)


def align(train, test, sample):
    """
    Old -> new names of train and of test, where both had none: the column that test lacks is the target, which stands
    first or last; what the sample calls ids and target is called so.
    """
    if test is None or not is_named(train.header) or not is_named(test.header):
        return {}, {}
    if len(train.header) != len(test.header) + 1:
        return {}, {}
    ours, theirs = (list(zip(*islice(table.rows(), PROBED))) for table in (train, test))
    is_first = likeness(ours[1:], theirs) > likeness(ours[:-1], theirs)
    target = train.header[0 if is_first else -1]
    features = [name for name in train.header if name != target]
    train_names, test_names = {target: "target"}, dict(zip(test.header, features))
    if sample is not None and len(sample.header) == 2:
        train_names[target] = sample.header[1]
        asked = set(sample.column(sample.header[0]))
        keys = [name for name in test.header if set(test.column(name)) == asked]
        if keys:
            train_names[test_names[keys[0]]] = test_names[keys[0]] = sample.header[0]
            test_names = {old: train_names.get(new, new) for old, new in test_names.items()}
    return train_names, {old: new for old, new in test_names.items() if old != new}


def likeness(ours, theirs):
    """How alike the columns of two tables are, each with that at its place: kinds, whole numbers, values, ranges."""
    return sum(alike(a, b) for a, b in zip(ours, theirs))


def alike(one, other):
    numbers, others = ([number_of(cell) for cell in cells if cell] for cells in (one, other))
    are = [bool(each) and None not in each for each in (numbers, others)]
    if are[0] != are[1]:
        return -1.0
    if not are[0]:
        return len(set(one) & set(other)) / max(len(set(other)), 1)
    whole = [all(number == int(number) for number in each) for each in (numbers, others)]
    spread = max(max(numbers), max(others)) - min(min(numbers), min(others))
    shared = min(max(numbers), max(others)) - max(min(numbers), min(others))
    return (1.0 if whole[0] == whole[1] else 0.0) + (max(shared, 0.0) / spread if spread > 0 else 1.0)
