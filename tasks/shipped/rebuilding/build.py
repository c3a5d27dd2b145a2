"""Writing a competition that is built on demand: public tables into one folder, answers outside it."""

import argparse
import csv
import os
import shutil

SHIPPED = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def arguments(purpose, competition):
    """The options that the building scripts share."""
    home = os.path.join(SHIPPED, competition)
    parser = argparse.ArgumentParser(description=purpose)
    parser.add_argument("--source", help="unpacked source package or its archive; fetched when left out")
    parser.add_argument("--out", default=home, help="folder to make the competition in (default: its own)")
    options = parser.parse_args()
    options.home, options.out = home, os.path.abspath(options.out)
    options.answers = f"{options.out}-answers.csv"
    if options.out == home:
        options.answers = os.path.join(SHIPPED, "answers", f"{competition}.csv")
    os.makedirs(options.out, exist_ok=True)
    return options


def write_competition(options, header, target, train, test, guess):
    """
    Writes the public tables and the answers. `train` and `test`: pairs of a row (cells in the order of `header`) and
    its answer; `guess`: the prediction of the sample submission.
    """
    write(os.path.join(options.out, "test.csv"), [header, *(row for row, _ in test)])
    write(os.path.join(options.out, "sample_submission.csv"), [["id", target], *([row[0], guess] for row, _ in test)])
    write(options.answers, [["id", target], *([row[0], answer] for row, answer in test)])
    if options.out != options.home:
        for name in ("task.yaml", "description.md"):
            shutil.copy(os.path.join(options.home, name), options.out)
    # Last: a folder with a train.csv counts as built.
    write(os.path.join(options.out, "train.csv"), [[*header, target], *([*row, answer] for row, answer in train)])
    print(f"{len(train)} rows in train, {len(test)} in test: {options.out}")
    print(f"answers: {options.answers}")


def write(path, table):
    """A table as CSV, in place at once."""
    with open(f"{path}.part", "w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(table)
    os.replace(f"{path}.part", path)
