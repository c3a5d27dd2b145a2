"""A persistent interpreter: runs cells in the order of their numbers and answers what each printed.

A cell is `input/mle-star-cells/NUMBER.json`: {"code", "seconds", "own", "most"}. Its answer is `answer-NUMBER.json` in
the working directory: {"text", "isError", "seconds"}. Cells share their variables; those of ours (`own`) have none of
them and leave none behind. The folder of cells is read-only here, and whatever is answered is read as untrusted.
"""

import ast
import io
import json
import linecache
import os
import signal
import sys
import time
import traceback

CELLS = os.path.join("input", "mle-star-cells")
PAUSE = 0.02


class CellTimeout(BaseException):
    """The time of a cell is over; no `except Exception` holds it up."""


class Printed(io.TextIOBase):
    """What a cell prints: its head and its tail, however much it is."""

    def __init__(self, most):
        self.half = most // 2
        self.head, self.tail, self.dropped = "", "", 0

    def writable(self):
        return True

    def write(self, text):
        text = str(text)
        room = self.half - len(self.head)
        self.head += text[:room]
        rest = text[room:] if room > 0 else text
        if rest:
            self.dropped += max(0, len(self.tail) + len(rest) - self.half)
            self.tail = (self.tail + rest[-self.half :])[-self.half :]
        return len(text)

    def text(self):
        cut = f"\n[... {self.dropped} characters left out ...]\n" if self.dropped else ""
        return self.head + cut + self.tail


def end_cell(*_):
    raise CellTimeout


def execute(code, name, variables):
    """Runs a cell; the value of a last expression is shown, as a notebook shows it."""
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
    tree = ast.parse(code, name)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, name, "exec"), variables)
    if last is not None:
        value = eval(compile(ast.Expression(last.value), name, "eval"), variables)
        if value is not None:
            print(repr(value))


def traceback_of(error):
    """The traceback from the cell on: the frames of this file are not its business."""
    frame = error.__traceback__
    while frame and frame.tb_frame.f_code.co_filename in (__file__, "solution.py"):
        frame = frame.tb_next
    return "".join(traceback.format_exception(type(error), error.with_traceback(frame), frame))


def run(number, cell, variables):
    printed, began = Printed(cell["most"]), time.monotonic()
    outer = sys.stdout, sys.stderr
    sys.stdout = sys.stderr = printed
    signal.signal(signal.SIGALRM, end_cell)
    is_error = True
    try:
        signal.setitimer(signal.ITIMER_REAL, cell["seconds"])
        execute(cell["code"], f"<cell {number}>", variables)
        is_error = False
    except CellTimeout:
        printed.write(f"\nTimeoutError: the cell took more than {cell['seconds']} s and was ended\n")
    except BaseException as error:
        printed.write(traceback_of(error))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        sys.stdout, sys.stderr = outer
    return {"text": printed.text(), "isError": is_error, "seconds": time.monotonic() - began}


def answer(number, said):
    part = f"answer-{number}.part"
    with open(part, "w", encoding="utf-8", errors="backslashreplace") as file:
        json.dump(said, file)
    os.replace(part, f"answer-{number}.json")


def main():
    shared = {"__name__": "__main__"}
    number = 1
    while True:
        path = os.path.join(CELLS, f"{number}.json")
        if not os.path.exists(path):
            time.sleep(PAUSE)
            continue
        with open(path, encoding="utf-8") as file:
            cell = json.load(file)
        variables = {"__name__": "__main__"} if cell["own"] else shared
        answer(number, run(number, cell, variables))
        number += 1


main()
