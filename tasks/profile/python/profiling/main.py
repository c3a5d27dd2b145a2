"""Profiles a competition: the task comes as JSON on standard input, the profile leaves on standard output.

Test rows are looked at only for their number, their column names, whether they all lie later, and values of named kinds
that no training row has.
"""

import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
# Dates are read as the referee reads them.
REFEREE = os.path.join(HERE, "..", "..", "..", "referee", "python")
sys.path[:0] = [HERE, REFEREE]

from association import add_associations, add_unseen  # noqa: E402
from columns import as_numbers, finite, profile_column, skew_of  # noqa: E402
from media import profile_media  # noqa: E402
from others import profile_other  # noqa: E402
from tables import (all_row_hashes, count_rows, header_of, read_sample,  # noqa: E402
                    read_text, row_hashes)

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from referee.answer_form import plain_answer  # noqa: E402
from referee.splitting import times  # noqa: E402


def profile(task, sample=None):
    """
    The whole profile, as `Profile` in `profile.ts` reads it. `sample`: rows of the training table that were read
    already, and how many there are in all.
    """
    folder, names = task["folder"], task["files"]
    train_path, test_path = (os.path.join(folder, names[part]) for part in ("train", "test"))
    given, rows = sample or (read_sample(train_path) if os.path.isfile(train_path) else (pd.DataFrame(), 0))
    test_columns = header_of(test_path) if os.path.isfile(test_path) else []
    train = with_plain_answers(task, with_labels(task, given))
    # Solutions do not get to see these, so models are not shown them.
    train = train.drop(columns=task["drop_columns"], errors="ignore")
    test_columns = [name for name in test_columns if name not in task["drop_columns"]]
    targets = [name for name in task["target_columns"] if name in train.columns]
    shown, own = set(test_columns), {**task, "rows": rows}
    columns = [profile_column(name, train[name], own, name in shown) for name in train.columns]
    facts = train if rows == len(given) else whole_columns(task, train_path, train, targets)
    shared = [each for each in columns if each["inTest"]]
    media = [each["name"] for each in shared if each["kind"] == "path"]
    # An id that names files is an id first.
    media += [name for name in task["media_columns"] if any(each["name"] == name for each in shared)]
    classes, shares = classes_of(task, facts, targets)
    add_associations(columns, train, train[targets[0]] if len(targets) == 1 else None, classes)
    if rows == len(given):
        add_unseen(columns, train, test_path)
    return {
        "trainRows": rows,
        "examined": len(given),
        "testRows": test_rows(test_path, os.path.join(folder, names["sample_submission"])),
        "columns": columns,
        "trainOnly": [name for name in train.columns if name not in shown and name not in targets],
        "classes": classes,
        "classShares": shares,
        "target": target_of(facts, targets),
        "testIsLater": is_later(task, facts, test_path, test_columns),
        "other": [profile_other(task, name, train, test_columns) for name in names["other"]],
        "media": profile_media(folder, names["other"], media[0], facts[media[0]]) if media else None,
        "duplicateRows": duplicate_rows(task, train_path, train, rows == len(given)),
    }


def whole_columns(task, train_path, train, targets):
    """Columns of which a sample does not tell enough, over all rows: answers, times and names of files."""
    wanted = {*targets, *times.time_names(task), *task["media_columns"]}
    there = [name for name in header_of(train_path) if name in wanted and name in train.columns]
    whole = with_plain_answers(task, read_text(train_path, there)) if there else pd.DataFrame()
    # What a table of labels says, and paths that were found by looking, are of the sample.
    return {**{name: train[name] for name in train.columns}, **{name: whole[name] for name in there}}


def duplicate_rows(task, train_path, train, is_whole):
    """Rows that stand before, up to the id."""
    names = [name for name in train.columns if name != task["id_column"]]
    if is_whole:
        hashes = row_hashes(train[names])
    else:
        there = set(header_of(train_path))
        hashes = all_row_hashes(train_path, [name for name in names if name in there])
    return len(hashes) - len(np.unique(hashes))


def with_labels(task, train):
    """Answers from a table of their own are put beside the rows that they belong to."""
    if task["labels_file"] is None:
        return train
    labels, _ = read_sample(os.path.join(task["folder"], task["labels_file"]))
    keys = task["submission_id"]["columns"] if task["submission_id"] else [task["id_column"]]
    return train.merge(labels[[*keys, *task["target_columns"]]], on=keys, how="left")


def with_plain_answers(task, train):
    """Answers as solutions see them, by the task's `answer_form`: plain numbers, nothing for a missing one."""
    form = task.get("answer_form")
    for name in [each for each in task["target_columns"] if form and each in train.columns]:
        plain = {text: plain_answer(text, form) or None for text in train[name].dropna().unique()}
        train = train.assign(**{name: train[name].map(plain)})
    return train


def test_rows(test_path, sample_path):
    """Rows of the test table; of the sample submission where the test is no table."""
    return count_rows(test_path if os.path.isfile(test_path) else sample_path)


def classes_of(task, train, targets):
    """Class labels in natural order with their shares, for one target with classes."""
    if task["type"] not in ("binary", "multiclass") or len(targets) != 1:
        return None, None
    counts = train[targets[0]].dropna().value_counts(normalize=True)
    numbers = as_numbers(pd.Series(counts.index))
    whole = numbers is not None and len(numbers) == len(counts)
    labels = sorted(counts.index, key=float if whole else str)
    if task.get("positive_class") in labels and len(labels) == 2:
        labels.sort(key=lambda label: label == task["positive_class"])
    return labels, [finite(counts[label]) for label in labels]


def target_of(train, targets):
    """Range and shape of the first target, if it is a number."""
    numbers = as_numbers(train[targets[0]].dropna()) if targets else None
    if numbers is None:
        return None
    return {
        "min": finite(numbers.min()),
        "max": finite(numbers.max()),
        "mean": finite(numbers.mean()),
        "skew": skew_of(numbers) or 0.0,
        "integer": bool((numbers == numbers.round()).all()),
    }


def is_later(task, train, test_path, test_columns):
    """Whether test lies after training by the time column, as the referee tells it."""
    names = times.time_names(task)
    if not names or any(name not in test_columns or name not in train for name in names):
        return False
    test = read_text(test_path, names)
    cells = ({name: list(table[name].fillna("")) for name in names} for table in (train, test))
    return times.is_later(*(times.times_of(task, each) for each in cells))


if __name__ == "__main__":
    json.dump(profile(json.load(sys.stdin)), sys.stdout, allow_nan=False)
