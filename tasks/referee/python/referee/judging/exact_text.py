"""What a script wrote, as the exact text of ids and labels that it stands for: `11.0` is `011` where nothing else is."""

import re
from decimal import Decimal, InvalidOperation

from referee.errors import Rejected

MISSING_WORDS = {"", "na", "n/a", "nan", "null", "none", "<na>", "nat"}
MIDNIGHT = re.compile(r"^(\d{4}-\d{2}-\d{2})[ T]00:00(?::00(?:\.0+)?)?$")
# No id or label that a library has rewritten as a number has more digits.
LONGEST_NUMBER = 64


def reading_of(text):
    """What libraries make of a text: a number, a truth value, nothing, a day, or the text without blanks around."""
    plain = text.strip()
    word = plain.lower()
    if word in MISSING_WORDS:
        return ("missing", None)
    if word in ("true", "false"):
        return ("truth", word)
    number = number_of(plain)
    if number is not None:
        return ("number", number)
    midnight = MIDNIGHT.match(plain)
    return ("text", midnight.group(1) if midnight else plain)


def number_of(text):
    """The exact number that a text stands for, or None."""
    if len(text) > LONGEST_NUMBER or "_" in text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    # Decimals with a huge exponent are no number that a library would have written.
    return number if number.is_finite() and abs(number.adjusted()) < 400 else None


# What a comparison gives where classes are numbers, and what numbers give where classes are truth values.
OTHER_READINGS = {
    ("truth", "true"): ("number", 1),
    ("truth", "false"): ("number", 0),
    ("number", 1): ("truth", "true"),
    ("number", 0): ("truth", "false"),
}


class ExactTexts:
    """
    The texts that may stand in a column; finds the one that another text stands for. `separator`: of texts that are
    made of several, each of which a library reads for itself.
    """

    def __init__(self, texts, separator=None):
        self.texts = set(texts)
        self.separator = separator
        self._readings = None

    def reading(self, text):
        """What libraries make of a text, or of each of its parts."""
        if not self.separator or self.separator not in text:
            return reading_of(text)
        return tuple(reading_of(part) for part in text.split(self.separator))

    @property
    def readings(self):
        """What libraries make of a text -> the texts that they make it of."""
        if self._readings is None:
            self._readings = {}
            for text in sorted(self.texts):
                self._readings.setdefault(self.reading(text), []).append(text)
        return self._readings

    def twins(self, text):
        """The texts that this one may stand for."""
        reading = self.reading(text)
        return self.readings.get(reading) or self.readings.get(OTHER_READINGS.get(reading), [])

    def find(self, text):
        """The exact text, or None where there is none or more than one."""
        if text in self.texts:
            return text
        twins = self.twins(text)
        return twins[0] if len(twins) == 1 else None


def exact_ids(ids, expected, task):
    """
    The exact text of each id, and what was changed (a pair of texts) or None. Raises `Rejected` where an id may stand
    for more than one of the expected ones.
    """
    form = task.get("submission_id")
    known = ExactTexts(expected, form["separator"] if form else None)
    changed, result = None, []
    for name in ids:
        exact = known.find(name)
        if exact is None and len(known.twins(name)) > 1:
            raise ambiguous(f"id {name!r}", known.twins(name))
        if exact is not None and exact != name and changed is None:
            changed = (name, exact)
        result.append(name if exact is None else exact)
    return result, changed


def exact_header(found, expected):
    """
    The header with the exact names of the expected columns, as `011` for 11, and what was changed (a pair of texts)
    or None. Raises `Rejected` where a name may stand for more than one of them.
    """
    known = ExactTexts(expected)
    changed, result = None, []
    for name in found:
        exact = known.find(name)
        if exact is None and len(known.twins(name)) > 1:
            raise ambiguous(f"column {name!r}", known.twins(name))
        # What stands there exactly is not meant twice.
        if exact is None or (exact != name and exact in found):
            exact = name
        if exact != name and changed is None:
            changed = (name, exact)
        result.append(exact)
    return result, changed


def ambiguous(what, twins):
    """The rejection of a text that may stand for several."""
    shown = ", ".join(repr(twin) for twin in twins[:3])
    return Rejected(
        f"{what} may stand for {shown}: expected the exact text,"
        " so read this column of train, test and sample as text (dtype=str, keep_default_na=False)"
    )
