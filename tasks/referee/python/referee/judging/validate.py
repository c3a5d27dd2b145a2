"""Reading a submission that may be hostile; every rejection says exactly what is wrong and where."""

import csv
import io
import os
import stat
from collections import namedtuple

import numpy as np

from referee.answer_form import plain_answer
from referee.errors import Rejected
from referee.judging.exact_text import ambiguous, exact_header, exact_ids, reading_of
from referee.problem import LOGARITHMIC, as_number

# What a submission says: `predictions` (rows, columns); `ids`, in order, or None; `cells`, the exact text of each
# prediction column; `notes`, what was read as what.
Reading = namedtuple("Reading", "predictions ids cells notes")

# Rounding that a probability may be off by.
TOLERANCE = 1e-6
# Text cells of a custom metric that no metric can use.
NOT_FINITE = {"nan", "inf", "-inf", "+inf", "infinity", "-infinity", "null", "none"}


def size_limit(sample_bytes, count, columns):
    """Bytes that no valid submission needs: generous digits for each cell, and twenty times the sample."""
    return (4 << 20) + 20 * sample_bytes + 64 * count * (columns + 1)


def read_bytes(path, limit):
    """The file's bytes, never through a link, never from anything but a plain file of one name; raises `Rejected`."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise Rejected("there is no submission.csv: write it to the working directory") from None
    except OSError as error:
        if os.path.islink(path):
            raise Rejected("submission.csv is a symbolic link: write a plain file") from None
        raise Rejected(f"submission.csv cannot be opened: {error.strerror}") from None
    try:
        check_plain(os.fstat(handle), limit)
        # The descriptor is of a plain file now, so `fdopen` cannot refuse it.
        with os.fdopen(handle, "rb", closefd=False) as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise Rejected(f"submission.csv cannot be read: {error.strerror}") from None
    finally:
        os.close(handle)
    if len(data) > limit:
        raise Rejected(f"submission.csv grew past {limit} bytes while it was read")
    if not data.strip():
        raise Rejected("submission.csv is empty")
    return data


def check_plain(status, limit):
    """A file of one name and a believable size."""
    if not stat.S_ISREG(status.st_mode):
        raise Rejected("submission.csv is not a plain file")
    if status.st_nlink > 1:
        raise Rejected("submission.csv is a hard link to another file: write a file of its own")
    if status.st_size > limit:
        raise Rejected(f"submission.csv has {status.st_size} bytes, at most {limit} are accepted")


def parse(data):
    """Header and records of the file."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Rejected(f"submission.csv is not UTF-8 text (byte {error.start})") from None
    if "\0" in text:
        raise Rejected(f"submission.csv holds a NUL byte at character {text.index(chr(0))}")
    try:
        reader = csv.reader(io.StringIO(text, newline=""))
        header = next(reader)
        records = []
        for record in reader:
            if not record:
                continue
            if len(record) != len(header):
                raise Rejected(
                    f"submission.csv: line {reader.line_num} has {len(record)} fields,"
                    f" the header has {len(header)}"
                )
            records.append(record)
    except csv.Error as error:
        raise Rejected(f"submission.csv is not a CSV file: {error}") from None
    return header, records


def read_header(found, expected, notes):
    """The header in the exact text of the sample's columns, in any order; notes the first change."""
    header, changed = exact_header(found, expected)
    check_header(header, expected)
    if changed:
        notes.append(f"column {changed[0]!r} is {changed[1]!r}")
    return header


def check_header(header, expected):
    """The very columns of the sample, in any order."""
    if len(set(header)) != len(header):
        twice = next(name for name in header if header.count(name) > 1)
        raise Rejected(f"the header has {twice!r} twice")
    missing = [name for name in expected if name not in header]
    extra = [name for name in header if name not in expected]
    if missing or extra:
        parts = [f"missing {missing[:5]}"] if missing else []
        parts += [f"not expected {extra[:5]}"] if extra else []
        hint = " (write with index=False)" if extra in (["Unnamed: 0"], [""], ["index"]) else ""
        raise Rejected(f"columns differ from sample_submission.csv: {', '.join(parts)}{hint}")


def align(ids, expected):
    """For each expected id the record that has it; names the first duplicate, missing or extra id."""
    places = {}
    for i, name in enumerate(ids):
        if name in places:
            twin = next((each for each in expected if each not in ids and reading_of(each) == reading_of(name)), None)
            if twin is not None:
                raise ambiguous(f"id {name!r}, which stands twice,", [name, twin])
            raise Rejected(f"id {name!r} stands twice (records {places[name] + 1} and {i + 1})")
        places[name] = i
    missing = next((name for name in expected if name not in places), None)
    if missing is None and len(ids) == len(expected):
        return [places[name] for name in expected]
    wanted = set(expected)
    extra = next((name for name in ids if name not in wanted), None)
    count = f"{len(ids)} rows, {len(expected)} expected"
    if missing is not None:
        also = f", {extra!r} is not expected" if extra is not None else ""
        raise Rejected(f"id {missing!r} of sample_submission.csv is missing{also} ({count})")
    raise Rejected(f"id {extra!r} is not in sample_submission.csv ({count})")


def read_submission(path, problem, header, expected, count, sample_bytes):
    """
    Predictions (rows, columns) in the order of the expected rows: numbers, class codes or texts, as the metric needs.

    `header`: columns of the sample; `expected`: ids in order, or None where rows have none; `count`: rows there must
    be; `sample_bytes`: size of the sample submission. Raises `Rejected` with the exact reason.
    """
    return read_exact(path, problem, header, expected, count, sample_bytes).predictions


def read_exact(path, problem, header, expected, count, sample_bytes):
    """As `read_submission`, with the exact text of ids and labels and what was made of them: a `Reading`."""
    data = read_bytes(path, size_limit(sample_bytes, count, len(header)))
    found, records = parse(data)
    notes = []
    found = read_header(found, header, notes)
    if expected is not None:
        place = found.index(problem.id_column)
        ids, changed = exact_ids([record[place] for record in records], expected, problem.task)
        if changed:
            notes.append(f"{problem.id_column} {changed[0]!r} is {changed[1]!r}")
        records = [records[i] for i in align(ids, expected)]
    elif len(records) != count:
        raise Rejected(f"{len(records)} rows, {count} expected (one for each row of test.csv)")
    places = [found.index(name) for name in problem.columns]
    cells = [[record[place] for record in records] for place in places]
    cells = [exact_cells(column, problem, j, expected, notes) for j, column in enumerate(cells)]
    return Reading(convert(cells, problem, expected), expected, cells, notes)


def exact_cells(column, problem, j, expected, notes):
    """
    A prediction column with the labels of training where its texts stand for them; notes the first change. A text
    that stands for no label stays for the checks to name; one that may stand for several is refused.
    """
    if problem.labels is None:
        return column
    known, name = problem.labels[j], problem.columns[j]
    single = {}
    for i, text in enumerate(column):
        if text not in single:
            single[text] = exact_cell(text, problem, known, name, i, expected)
    if problem.kind == "free" and any(exact is None for exact in single.values()):
        return column
    changed = next(((text, exact) for text, exact in single.items() if exact not in (None, text)), None)
    if changed:
        notes.append(f"{name} {changed[0]!r} is {changed[1]!r}")
    return [text if single[text] is None else single[text] for text in column]


def plain_numbers(column, problem):
    """Numbers in plain form, where they may be written as the answers are."""
    form = problem.answer_form
    if form is None or problem.kind != "number":
        return column
    return [plain_answer(text, {**form, "missing": []}) for text in column]


def exact_cell(text, problem, known, name, i, expected):
    """The exact text of one cell, each word of it in a ranking; None where it is no label. Raises `Rejected`."""
    words = text.split() if problem.kind == "ranking" else [text]
    exact = [known.find(word) for word in words]
    for word, found in zip(words, exact):
        if found is None and problem.kind not in ("free", "integer") and len(known.twins(word)) > 1:
            raise ambiguous(f"{name} {word[:60]!r} in the {where(i, expected)}", known.twins(word))
    if problem.kind == "ranking":
        found = [word if each is None else each for word, each in zip(words, exact)]
        # Blanks between are kept where no word changes.
        return text if found == words else " ".join(found)
    return exact[0]


def where(i, expected):
    """How a person finds the record."""
    return f"record {i + 1}" if expected is None else f"row with id {expected[i]!r}"


def convert(cells, problem, expected):
    """Text cells, a list for each column, as the array (rows, columns) that the metric takes. Raises `Rejected`."""
    if problem.kind in ("free", "ranking"):
        return texts(cells, problem, expected)
    if problem.kind == "label":
        return labels(cells, problem, expected)
    values = np.column_stack([numbers(plain_numbers(column, problem), problem.columns[j], expected)
                              for j, column in enumerate(cells)])
    if problem.kind in ("probability", "distribution"):
        values = probabilities(values, problem, expected)
    if problem.kind == "integer":
        check_integers(values, problem, expected)
    if problem.metric in LOGARITHMIC and (values < 0).any():
        i, j = np.argwhere(values < 0)[0]
        raise Rejected(
            f"{problem.columns[j]} is {values[i, j]:g} in the {where(i, expected)}:"
            f" {problem.metric} needs values of 0 or more"
        )
    return values


def texts(cells, problem, expected):
    """Cells kept as text; an empty one is refused."""
    for j, column in enumerate(cells):
        i = next((i for i, text in enumerate(column) if not text.strip()), None)
        if i is not None:
            raise Rejected(f"{problem.columns[j]} is empty in the {where(i, expected)}")
        if problem.kind == "free":
            i = next((i for i, t in enumerate(column) if t.strip().lower() in NOT_FINITE), None)
            if i is not None:
                raise Rejected(f"{problem.columns[j]} is {column[i]} in the {where(i, expected)}")
    return np.array(list(zip(*cells)), dtype=str)


def labels(cells, problem, expected):
    """Codes of known classes."""
    codes = {label: code for code, label in enumerate(problem.classes)}
    result = np.empty((len(cells[0]), len(cells)), dtype=np.int64)
    for j, column in enumerate(cells):
        for i, text in enumerate(column):
            code = codes.get(text)
            if code is None:
                known = ", ".join(problem.classes[:8]) + (", …" if len(problem.classes) > 8 else "")
                raise Rejected(
                    f"{problem.columns[j]} is {text[:60]!r} in the {where(i, expected)}:"
                    f" not one of the known classes ({known})"
                )
            result[i, j] = code
    return result


def numbers(column, name, expected):
    """Finite numbers; the first cell that is none is named."""
    try:
        values = np.array(column, dtype=float)
        if np.isfinite(values).all() and not any("_" in text for text in column):
            return values
    except ValueError:
        pass  # the loop below finds the cell and says what is wrong with it
    for i, text in enumerate(column):
        if as_number(text) is None:
            what = "empty" if not text.strip() else repr(text[:60])
            raise Rejected(f"{name} is {what} in the {where(i, expected)}: expected a finite number")
    raise Rejected(f"{name} cannot be read as numbers")


def probabilities(values, problem, expected):
    """Within 0..1; rows of a distribution are made to sum to 1, as the graders of this metric do."""
    bad = (values < -TOLERANCE) | (values > 1 + TOLERANCE)
    if bad.any():
        i, j = np.argwhere(bad)[0]
        raise Rejected(
            f"{problem.columns[j]} is {values[i, j]:g} in the {where(i, expected)}:"
            " a probability lies between 0 and 1"
        )
    values = np.clip(values, 0.0, 1.0)
    if problem.kind == "probability":
        return values
    total = values.sum(axis=1, keepdims=True)
    if (total <= 0).any():
        i = int(np.argmin(total))
        raise Rejected(f"all probabilities are 0 in the {where(i, expected)}")
    return values / total


def check_integers(values, problem, expected):
    """Integers within the range of the known ratings."""
    bad = (values != np.round(values)) | (values < problem.low) | (values > problem.high)
    if bad.any():
        i, j = np.argwhere(bad)[0]
        raise Rejected(
            f"{problem.columns[j]} is {values[i, j]:g} in the {where(i, expected)}:"
            f" expected an integer from {problem.low} to {problem.high}"
        )
