"""How a column writes amounts (`$1,234.50`, `1.234,50 €`, `(5)`, `45%`, `3.4M`), and which numbers they are."""

import re

import numpy as np
import pandas as pd

# As `tasks/infer/answer-form.ts` has them for a target.
CURRENCY = r"[$€£¥₹₽₩]|USD|EUR|GBP|CHF|JPY|INR|Rs\.?|kr"
AMOUNT_POWERS = {"": 0, "k": 3, "m": 6, "mn": 6, "mio": 6, "b": 9, "bn": 9, "t": 12, "tn": 12}
AMOUNT_BLANKS = " \u00a0\u202f"
AMOUNT = re.compile(
    rf"(?P<open>\()?(?P<sign>[-−+])?\s?(?P<before>{CURRENCY})?\s?(?P<inner>[-−])?(?P<number>\d[\d.,'’{AMOUNT_BLANKS}]*)"
    rf"\s?(?P<power>k|mn|mio|m|bn|b|tn|t)?\s?(?P<after>%|{CURRENCY})?(?P<last>[-−])?(?P<close>\))?", re.IGNORECASE)
# Commas between thousands are the commoner reading: `1,234` is not 1.234.
AMOUNT_SEPARATORS = [("", "."), (",", "."), ("", ","), (".", ","), (" ", "."), (" ", ","), ("'", "."), ("’", ".")]
# Letters behind few different numbers are names of sizes rather than amounts.
MIN_AMOUNTS = 20


def amount_form(values):
    """
    What stands between thousands, what before decimals, and the unit, from the different cells of a column; None where
    they are no amounts, or where another reading is as likely.
    """
    parts = []
    for value in values:
        each = amount_parts(value)
        if each is None:
            return None
        parts.append(each)
    if not parts:
        return None
    numbers = [each["number"] for each in parts]
    fitting = [pair for pair in AMOUNT_SEPARATORS if all(amount_shape(*pair).fullmatch(number) for number in numbers)]
    units = {each["unit"] for each in parts}
    if not fitting or len(units - {""}) > 1 or ("%" in units and len(units) > 1):
        return None
    (thousands, decimal), (unit,) = fitting[0], units - {""} or {""}
    powers = {each["power"] for each in parts}
    if unit == "" and not tells_amounts(numbers, powers, thousands, decimal):
        return None
    return {"thousands": thousands, "decimal": decimal, "unit": unit, "powers": sorted(powers - {""})}


def tells_amounts(numbers, powers, thousands, decimal):
    """Whether numbers without a unit are surely amounts: 5M may be a size, 12B a flat, 555 123 a telephone."""
    if any(re.match(r"0\d", number) for number in numbers) or len(numbers) < MIN_AMOUNTS:
        return False
    has_decimals = any(decimal in number for number in numbers)
    if powers != {""}:
        return has_decimals or len({AMOUNT_POWERS[power] for power in powers - {""}}) > 1
    return has_decimals or (thousands != "" and len({number.count(thousands) for number in numbers}) > 1)


def amount_parts(value):
    """Digits with separators, power and unit of one cell, and whether it is below zero; None where it is no amount."""
    found = AMOUNT.fullmatch(str(value).strip())
    if found is None or (found["open"] is None) != (found["close"] is None) or (found["before"] and found["after"]):
        return None
    below = [found["open"], found["sign"] if found["sign"] != "+" else None, found["inner"], found["last"]]
    if sum(mark is not None for mark in below) > 1:
        return None
    number = re.sub(f"[{AMOUNT_BLANKS}]", " ", found["number"]).strip()
    return {"number": number, "power": (found["power"] or "").lower(), "unit": found["before"] or found["after"] or "",
            "is_below": any(mark is not None for mark in below)}


def amount_shape(thousands, decimal):
    """What a number looks like with these separators."""
    groups = rf"|\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+" if thousands else ""
    return re.compile(rf"(?:\d+{groups})(?:{re.escape(decimal)}\d+)?")


def read_amounts(cells, form):
    """The numbers of a column of texts; NaN where a cell holds none."""
    shape = amount_shape(form["thousands"], form["decimal"])
    known = {}
    for cell in pd.unique(cells):
        parts = amount_parts(cell)
        if parts is None or not shape.fullmatch(parts["number"]):
            continue
        digits = parts["number"].replace(form["thousands"], "") if form["thousands"] else parts["number"]
        number = float(digits.replace(form["decimal"], ".")) * 10.0 ** AMOUNT_POWERS[parts["power"]]
        known[cell] = -number if parts["is_below"] else number
    return cells.map(lambda cell: known.get(cell, np.nan)).astype(float)
