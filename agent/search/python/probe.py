"""Tries the examples of model cards on a few rows, each in a process of its own. Stands before `CARDS = [...]`."""

import ast
import importlib
import json
import os
import signal
import sys
import traceback

import numpy as np
import pandas as pd

TRAIN_ROWS, TEST_ROWS, SECONDS = 200, 50, 30


def prepare(task):
    """A small input/ beside the examples, and the same rows as numbers under the usual names."""
    os.makedirs("sample/input", exist_ok=True)
    tables = {}
    for name, rows in (("train", TRAIN_ROWS), ("test", TEST_ROWS), ("sample_submission", TEST_ROWS)):
        path = task["files"][name]
        if not os.path.exists(os.path.join("input", path)):
            continue
        tables[name] = pd.read_csv(os.path.join("input", path), nrows=rows)
        os.makedirs(os.path.dirname(os.path.join("sample/input", path)), exist_ok=True)
        tables[name].to_csv(os.path.join("sample/input", path), index=False)
    for name in task["files"]["other"]:
        source, target = os.path.abspath(os.path.join("input", name)), os.path.join("sample/input", name)
        if os.path.exists(source) and not os.path.lexists(target):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            os.symlink(source, target)
    return names_of(task, tables)


def names_of(task, tables):
    """X_train, y_train, X_test and their likes, for examples that are a few lines without any reading."""
    train, test = tables["train"], tables.get("test", tables["train"].head(TEST_ROWS))
    targets = [name for name in task["targets"] if name in train]
    columns = [name for name in train if name in test and name not in targets and name != task["id"]]
    coded = pd.concat([train[columns], test[columns]])
    for name in columns:
        if not pd.api.types.is_numeric_dtype(coded[name]):
            coded[name] = pd.factorize(coded[name])[0]
    coded = coded.fillna(0).astype(float)
    answers = train[targets[0]] if len(targets) == 1 else train[targets]
    if len(targets) == 1 and not pd.api.types.is_numeric_dtype(answers):
        answers = pd.Series(pd.factorize(answers)[0], index=answers.index)
    X_train, X_test = coded.iloc[: len(train)], coded.iloc[len(train):].reset_index(drop=True)
    names = {"train": train, "test": test, "np": np, "numpy": np, "pd": pd}
    for pair in (("X_train", "X_test"), ("x_train", "x_test"), ("X", "X_new"), ("x", "x_new")):
        names.update(zip(pair, (X_train.copy(), X_test.copy())))
    for name in ("y_train", "y", "target"):
        names[name] = answers.copy()
    return names


def modules(code):
    """Top-level modules that an example imports."""
    found = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.append(node.module)
    return found


def attempt(code, names):
    """Imports first, then the whole example; what it said is the last line of its error."""
    try:
        for name in modules(code):
            importlib.import_module(name)
    except BaseException as error:  # noqa: BLE001
        return {"imports": False, "ran": False, "said": last_line(error)}
    try:
        exec(compile(code, "example", "exec"), {"__name__": "__main__", **names})  # noqa: S102
    except SystemExit:
        pass
    except BaseException as error:  # noqa: BLE001
        return {"imports": True, "ran": False, "said": last_line(error)}
    return {"imports": True, "ran": True, "said": ""}


def last_line(error):
    return traceback.format_exception_only(type(error), error)[-1].strip()[:200]


def isolated(code, names):
    """One example in a child: it may crash, hang or print as it likes."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        os.chdir("sample")
        signal.alarm(SECONDS)
        os.write(writer, json.dumps(attempt(code, names)).encode()[:4000])
        os._exit(0)
    os.close(writer)
    said = b""
    while block := os.read(reader, 4096):
        said += block
    os.close(reader)
    _, status = os.waitpid(child, 0)
    if said:
        return json.loads(said)
    slow = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM
    why = f"not done in {SECONDS} s" if slow else "it ended its process"
    return {"imports": True, "ran": False, "said": why}


def main(task, cards):
    names = prepare(task)
    for code in cards:
        sys.stdout.write("probed " + json.dumps(isolated(code, names)) + "\n")
        sys.stdout.flush()
