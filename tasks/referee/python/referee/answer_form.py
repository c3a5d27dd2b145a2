"""Answers as plain numbers and empty cells, by the `answer_form` of a task (made by `tasks/infer/answer-form.ts`)."""


def plain_answer(text, form):
    """The number that an answer stands for, as plain text; empty for a missing one."""
    if text in form["missing"]:
        return ""
    text = text.strip()
    for part in ("prefix", "suffix"):
        if form[part]:
            text = text.replace(form[part].strip(), "", 1)
    if form["thousands"]:
        text = text.replace(form["thousands"], "")
    return (text.replace(",", ".", 1) if form["decimal"] == "," else text).strip()


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
    return {
        "missing": [],
        "prefix": form["prefix"] if prefix and all(prefix in cell for cell in cells) else "",
        "suffix": form["suffix"] if suffix and all(suffix in cell for cell in cells) else "",
        "thousands": form["thousands"] if grouped else "",
        "decimal": "," if comma else ".",
    }


def written_form(text, form):
    """A plain number as the answers are written."""
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, point, rest = digits.partition(".")
    if form["thousands"] and whole.isdigit():
        whole = f"{int(whole):,}".replace(",", form["thousands"])
    return f"{sign}{form['prefix']}{whole}{form['decimal'] if point else ''}{rest}{form['suffix']}"
