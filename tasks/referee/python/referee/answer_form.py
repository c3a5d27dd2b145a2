"""Answers as plain numbers and empty cells, by the `answer_form` of a task (made by `tasks/infer/answer-form.ts`)."""

import re

# What says that a number is below zero, and the rest of it in groups, as `tasks/tables/plain-answer.ts` has it.
NEGATIVES = {"minus": re.compile(r"([^\d.]*)[-−](.*)", re.ASCII | re.DOTALL),
             "parentheses": re.compile(r"([^\d()]*)\(([^()]+)\)([^\d()]*)", re.ASCII),
             "minus-after": re.compile(r"(.*\d[^\d]*)[-−]([^\d]*)", re.ASCII | re.DOTALL)}


def plain_answer(text, form):
    """The number that an answer stands for, as plain text; empty for a missing one."""
    if text in form["missing"]:
        return ""
    text = text.strip()
    text, is_below = without_sign(text, form)
    for part in ("prefix", "suffix"):
        if form[part]:
            text = text.replace(form[part].strip(), "", 1)
    if form["thousands"]:
        text = text.replace(form["thousands"], "")
    plain = (text.replace(",", ".", 1) if form["decimal"] == "," else text).strip()
    return f"-{plain}" if is_below else plain


def without_sign(text, form):
    """A number without what says that it is below zero, by a sign before it or in the form's own way; whether it is."""
    for name in ("minus", form.get("negative", "minus")):
        found = NEGATIVES[name].fullmatch(text)
        if found:
            return "".join(found.groups()), True
    return text, False


def plain_columns(task, columns):
    """Columns (name -> cells) with the targets among them in plain form."""
    form = task.get("answer_form")
    if form is None:
        return columns
    return {name: [plain_answer(cell, form) for cell in cells] if name in task["target_columns"] else cells
            for name, cells in columns.items()}


def plain_records(task, header, records):
    """Records of a table with the targets among its columns in plain form."""
    form = task.get("answer_form")
    places = [place for place, name in enumerate(header) if name in task["target_columns"]]
    for record in records:
        if form is not None:
            for place in places:
                record[place] = plain_answer(record[place], form)
        yield record


def shown_form(cells, form):
    """What of the form of the answers the cells of a sample show: signs that all of them have, and separators."""
    prefix, suffix, thousands = (form[part].strip() for part in ("prefix", "suffix", "thousands"))
    numbers = [cell.strip().replace(prefix, "", 1).replace(suffix, "", 1) for cell in cells]
    grouped = form["thousands"] and any(form["thousands"] in number.strip() for number in numbers)
    comma = form["decimal"] == "," and any("," in number for number in numbers)
    shown = {
        "prefix": form["prefix"] if prefix and all(prefix in cell for cell in cells) else "",
        "suffix": form["suffix"] if suffix and all(suffix in cell for cell in cells) else "",
        "thousands": form["thousands"] if grouped else "",
    }
    negative = form.get("negative", "minus")
    has_own, has_minus = (any(NEGATIVES[name].fullmatch(cell.strip()) for cell in cells) for name in (negative, "minus"))
    is_own = (has_own or any(shown.values())) and not has_minus
    return {**shown, "missing": [], "decimal": "," if comma else ".", "negative": negative if is_own else "minus"}


def written_form(text, form):
    """A plain number as the answers are written."""
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, point, rest = digits.partition(".")
    if form["thousands"] and whole.isdigit():
        whole = f"{int(whole):,}".replace(",", form["thousands"])
    written = f"{form['prefix']}{whole}{form['decimal'] if point else ''}{rest}{form['suffix']}"
    if not sign or form["negative"] == "minus":
        return f"{sign}{written}"
    return f"({written})" if form["negative"] == "parentheses" else f"{written}-"
