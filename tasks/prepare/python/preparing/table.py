"""One CSV file that may be rewritten: names, columns left out, cells."""

import os
import re

import csv

import texts
from errors import Refused
from names import clean_header

FIRST_LINES = 1 << 16


class Table:
    """A plain CSV file. `header`: its names as they shall be; changes are written by `save`, in one pass."""

    def __init__(self, folder, name, exact=False):
        self.name, self.path = name, os.path.join(folder, name)
        with open(self.path, encoding="utf-8", errors="replace", newline="") as file:
            # A blank before a quote hides the quote from most readers. Quoted texts are taken out first: what stands in them counts not.
            bare = re.sub(r'"[^"]*"', '"', file.read(FIRST_LINES))
            self.skips_blanks = re.search(r'[,\n][ \t]+"', bare) is not None
        self.raw = next(self.records(), None)
        if not self.raw:
            raise Refused(f"{name}: the file is empty; put a header and rows into it, or take it away")
        # An empty name is called as pandas reads it, in the sample, too: it could not be named anywhere.
        kept = [each or f"Unnamed: {place}" for place, each in enumerate(self.raw)]
        self.header = kept if exact else clean_header(self.raw)
        # Where the name of a column has blanks around it, its cells are taken to have them, too.
        blank = [] if exact else [i for i, name in enumerate(self.raw) if name != name.strip(" \t")]
        self.blank_columns = blank
        self.left_out, self.cells = set(), {}

    def records(self):
        """Header and rows as they stand in the file. Raises `Refused` with the line of one that does not fit."""
        with open(self.path, encoding="utf-8", newline="") as file:
            reader = csv.reader(file, skipinitialspace=self.skips_blanks)
            first = None
            for record in reader:
                if not record:
                    continue
                first = first or record
                if len(record) != len(first):
                    raise Refused(f"{self.name}:{reader.line_num}: {len(record)} fields, but the header names"
                                  f" {len(first)}; mend this line")
                yield record

    def rows(self):
        """The rows as they will be written, with all columns."""
        records = self.records()
        next(records)
        places = [(self.header.index(name), change) for name, change in self.cells.items()]
        for record in records:
            for place in self.blank_columns:
                record[place] = record[place].strip(" \t")
            for place, change in places:
                record[place] = change(record[place])
            yield record

    def column(self, name):
        """All cells of one column."""
        place = self.header.index(name)
        return [record[place] for record in self.rows()]

    def empty_columns(self, names):
        """Those of the columns that are empty in every row."""
        places = {self.header.index(name): name for name in names}
        for record in self.rows():
            for place in [each for each in places if record[each].strip().lower() not in texts.MISSING]:
                del places[place]
            if not places:
                break
        return list(places.values())

    def rename(self, pairs):
        self.header = [pairs.get(name, name) for name in self.header]

    @property
    def is_changed(self):
        return bool(self.header != self.raw or self.left_out or self.cells or self.blank_columns or self.skips_blanks)

    @property
    def renamed(self):
        """Old -> new of the names that changed."""
        return {old: new for old, new in zip(self.raw, self.header) if old != new}

    def save(self, rows=None):
        """Writes header and rows, in place of the file. `rows`: others than its own."""
        kept = [place for place, name in enumerate(self.header) if name not in self.left_out]

        def records():
            yield [self.header[place] for place in kept]
            for record in self.rows() if rows is None else rows:
                yield [record[place] for place in kept]

        texts.write(f"{self.path}.part", records())
        os.replace(f"{self.path}.part", self.path)
