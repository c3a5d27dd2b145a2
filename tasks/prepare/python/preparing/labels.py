"""Answers of training rows in a file of their own, `X_train.csv` and `y_train.csv`: joined to the rows they are of."""

import csv
import os
import re

import texts
from gather import TEXT_TABLE

ANSWERS = re.compile(r"(^|[-_. /])(y|labels?|targets?|classes|answers?|outcomes?)(?=$|[-_. /])", re.I)
FEATURES = re.compile(r"(^|[-_. /])(x|features?|inputs?|values|data)(?=$|[-_. /])", re.I)
TRAIN = re.compile(r"train(ing)?", re.I)
SAMPLE = re.compile(r"sample|submission", re.I)


def part_of(pattern, name):
    """What a file is about, without the word that says whether it has rows or answers; None where there is none."""
    stem = TEXT_TABLE.sub("", name)
    rest = pattern.sub("", stem)
    return None if rest == stem else re.sub(r"[-_. /]+", "", rest).lower()


def records_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        yield from (record for record in csv.reader(file) if record)


def join_labels(folder, tables, notes):
    """Puts answers beside the training rows that they are of; old name -> new name of the files."""
    if any(SAMPLE.search(os.path.basename(name)) for name in tables) and not lacks_key(folder, tables):
        return {}
    for labels in tables:
        about = part_of(ANSWERS, labels)
        if about is None or not TRAIN.fullmatch(about):
            continue
        rows = next((name for name in tables if name != labels and part_of(ANSWERS, name) is None
                     and (part_of(FEATURES, name) == about or TEXT_TABLE.sub("", name).lower() == about)), None)
        joined = rows and joined_rows(os.path.join(folder, rows), os.path.join(folder, labels))
        if not joined:
            continue
        records, how = joined
        path = os.path.join(folder, rows)
        texts.write(f"{path}.joined", records)
        os.replace(f"{path}.joined", path)
        os.remove(os.path.join(folder, labels))
        shelf = os.path.dirname(labels)
        if shelf and not os.listdir(os.path.join(folder, shelf)):
            os.rmdir(os.path.join(folder, shelf))
        notes.line(f"{labels} has the answers of {rows}, {how}: they are read as one table")
        return {labels: rows}
    return {}


def lacks_key(folder, tables):
    """Whether a sample has no column that test has, too: its ids, if any, count rows."""
    headers = {name: next(records_of(os.path.join(folder, name)), []) for name in tables}
    samples = [set(header) for name, header in headers.items() if SAMPLE.search(os.path.basename(name))]
    tests = [set(header) for name, header in headers.items() if "test" in name.lower() and not ANSWERS.search(name)]
    return all(not sample & test for sample in samples for test in tests)


def joined_rows(rows_path, labels_path):
    """
    Header and rows with the answers, and how they were joined: by the column that both have, or row by row. None
    where the tables do not fit.
    """
    labels, own = list(records_of(labels_path)), next(records_of(rows_path), [])
    count = sum(1 for _ in records_of(rows_path))
    shared = [name for name in labels[0] if name in own] if labels else []
    if count != len(labels) or count < 2 or len(shared) > 1 or len(labels[0]) == len(shared):
        return None
    if any(len(each) != len(labels[0]) for each in labels):
        return None
    if not shared:
        how = f"row by row ({count - 1} in both)"
        return ([*record, *answers] for record, answers in zip(records_of(rows_path), labels)), how
    key, place = labels[0].index(shared[0]), own.index(shared[0])
    found = {record[key]: [*record[:key], *record[key + 1:]] for record in labels}
    if {record[place] for record in records_of(rows_path)} != set(found) or len(found) < count:
        return None
    joined = ([*record, *found[record[place]]] for record in records_of(rows_path))
    return joined, f"by {shared[0] or 'their first column'}"
