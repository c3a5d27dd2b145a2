"""What stands around the records of a table and is none of them: titles before the header, sums and remarks at the end."""

import csv
import re
from itertools import chain, islice

# More lines than this are no title, and more records at the end no remarks.
TITLES = 10
FOOTERS = 10
# A last record that begins so sums the others up.
TOTAL = re.compile(r"\W*(grand[ _-]?|sub[ _-]?|overall[ _-]?)?(totals?|sum|average|mean|summe|gesamt(summe)?|insgesamt|somme|totale?|suma|totaal)"
                   r"\b\W*(of all rows|rows?|count)?\W*", re.I)
# Rows that show whether a column is one of numbers.
PROBED = 1000
# By so much the sum of a column may be off, of its size.
ROUNDED = 1e-3


def filled(record):
    """The cells that hold something."""
    return [cell for cell in record if cell.strip()]


def is_number(cell):
    try:
        float(cell.strip().replace(",", ""))
    except ValueError:
        return False
    return True


def title_lines(lines, separators):
    """How many of the first lines are a title: one cell each, before a header of several names and rows like it."""
    lines = lines[: TITLES + 3]
    separator = max(separators, key=lambda each: sum(line.count(each) for line in lines))
    records = [next(csv.reader([line], delimiter=separator), []) for line in lines]
    first = next((i for i, record in enumerate(records) if len(filled(record)) > 1), 0)
    row = next((record for record in records[first + 1:] if filled(record)), [])
    header = records[first] if records else []
    # A name with a line end in it is quoted, and stands on two lines.
    if first == 0 or sum(line.count('"') for line in lines[:first]) % 2 or len(header) != len(row) or len(filled(row)) < 2:
        return 0
    names = filled(header)
    return first if len(names) > 0.5 * len(header) and not any(is_number(name) for name in names) else 0


class End:
    """Watches the rows of a table, `width` cells each, for remarks behind the last one."""

    def __init__(self, width):
        self.width, self.tail, self.within, self.rows = width, [], 0, 0

    def takes(self, record):
        """Whether a record may be a remark: one cell alone, of several words or such as `Source: …`."""
        if len(record) < self.width or record[-1] == "":
            said = filled(record)
            if len(said) == 1 and self.width > 1 and re.search(r"[^\W\d_].*[\s:]|[\s:(].*[^\W\d_]", said[0].strip()):
                self.tail.append(said[0].strip())
                return True
        self.within += len(self.tail)
        self.rows, self.tail = self.rows + 1, []
        return False

    @property
    def remarks(self):
        """Those at the end, where no other row holds one cell alone."""
        return self.tail if self.rows and not self.within and len(self.tail) <= FOOTERS else []


def is_total(record):
    """Whether a row seems to sum others up: such a word, and else numbers and empty cells only."""
    said = filled(record)
    words = [cell for cell in said if not is_number(cell)]
    return len(said) > 1 and len(words) == 1 and TOTAL.fullmatch(words[0]) is not None


def sums_up(last, rows):
    """
    Whether the numbers of a row are the sums or the means of those above it in all columns where it has any; or its word
    stands in a column of numbers.
    """
    rows = iter(rows)
    word = next(place for place, cell in enumerate(last) if cell.strip() and not is_number(cell))
    some = list(islice(rows, PROBED))
    if some and all(is_number(row[word]) for row in some):
        return True
    places = [place for place, cell in enumerate(last) if is_number(cell)]
    sums, counts = dict.fromkeys(places, 0.0), dict.fromkeys(places, 0)
    for row in chain(some, rows):
        for place in places:
            if is_number(row[place]):
                sums[place] += float(row[place].strip().replace(",", ""))
                counts[place] += 1
    value = {place: float(last[place].strip().replace(",", "")) for place in places}

    def is_near(found, place):
        return abs(found - value[place]) <= ROUNDED * max(abs(value[place]), 1e-9) + 0.01

    return bool(places) and all(is_near(sums[place], place) or is_near(sums[place] / max(counts[place], 1), place)
                                or is_near(counts[place], place) for place in places)
