"""A submission that was read, written in the exact text of ids and labels and in the form of the sample's numbers."""

import os

from referee import tables
from referee.answer_form import plain_answer, shown_form, written_form


def in_sample_form(problem, sample, read):
    """Numbers with the signs and separators that the sample submission shows, where answers are written with such."""
    form = problem.answer_form
    if problem.kind != "number" or form is None:
        return read
    shown = tables.read_columns(sample, problem.columns)[0]
    forms = [shown_form(shown[name], form) for name in problem.columns]
    cells = [[written_form(plain_answer(text, {**form, "missing": []}), own) for text in column]
             for column, own in zip(read.cells, forms)]
    if cells == read.cells:
        return read
    return read._replace(cells=cells, notes=[*read.notes, f"numbers are written as in the sample: {cells[0][0]}"])


def write_reading(path, header, id_column, columns, read):
    """Writes the cells of a `Reading`, of these columns, in the sample's order of columns and rows."""
    cells = {name: column for name, column in zip(columns, read.cells)}
    if read.ids is not None:
        cells[id_column] = read.ids
    if os.path.exists(path):
        os.unlink(path)
    tables.write(path, header, zip(*(cells[name] for name in header)))
