"""What tables must agree on: names of columns, ids, rows of the sample submission; a test table where there is none."""

import re

from errors import Refused
from headless import align
from names import as_known, is_target_name
from notes import listed
from parts import tables_of
from splitting import make_sample, split_test
from table import Table

# A sample that shows less than this share of the test rows only shows the form of a submission.
SHORT = 0.8
# So few rows are no list of what is asked for, even when their ids are of no test row.
FORM_ROWS = 10
# Fewer different cells in a column of the sample may be those of test by chance.
KEYS = 3
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")


class Agreement:
    """The tables of one folder. `roles`: names of train, test and sample, the last two may be None."""

    def __init__(self, folder, roles, target, notes):
        self.folder, self.roles, self.target, self.notes = folder, roles, target, notes
        self.sample = self.open(roles["sample"], exact=True)
        self.train, self.test = self.open(roles["train"]), self.open(roles["test"])
        main = {name for name in roles.values() if name}
        self.others = [self.open(name) for name in tables_of(folder) if name not in main]
        self.changed = False

    def open(self, name, exact=False):
        return None if name is None else Table(self.folder, name, exact)

    def run(self, answers):
        """Brings the tables together; `answers`: where those of rows that are split off are written and shown."""
        self.refuse_doubles()
        for table in self.tables:
            if table.renamed:
                pairs = listed([f"{old!r} is {new!r}" for old, new in table.renamed.items()])
                self.notes.line(f"{table.name}: column names are cleaned: {pairs}")
            elif table.skips_blanks:
                self.notes.line(f"{table.name}: blanks between commas and quotes are left out")
        for table, pairs in zip((self.train, self.test), align(self.train, self.test, self.sample)):
            self.rename(table, pairs)
        self.share_names()
        renamed = {old: new for table in reversed(self.tables) for old, new in table.renamed.items()}
        self.target = self.own_targets(renamed)
        if self.test is None and self.sample is None:
            split_test(self, answers)
        else:
            if self.test is not None:
                self.leave_out_target()
            if self.sample is None:
                make_sample(self)
            elif self.test is not None:
                self.match_ids()
        for table in [each for each in self.tables if each.renamed or (each is not self.sample and each.is_changed)]:
            table.save()
            self.changed = True
        return renamed

    @property
    def tables(self):
        return [table for table in (self.train, self.test, self.sample, *self.others) if table is not None]

    def refuse_doubles(self):
        """The header of the sample stays as it is, so it must be one that can be written."""
        header = [] if self.sample is None else self.sample.header
        twice = next((name for place, name in enumerate(header) if name in header[:place]), None)
        if twice is not None:
            raise Refused(f"{self.sample.name}:1: column {twice!r} stands twice in the header; rename one of them")

    def own_targets(self, renamed):
        """The columns to predict as they are called now; None where they are not known, or stand in another table."""
        own = [name if name in self.train.header else renamed.get(name, name) for name in self.target or []]
        return own if own and all(name in self.train.header for name in own) else None

    def share_names(self):
        """Columns of train are called as in the sample submission, those of other tables as in train."""
        if self.sample is not None:
            names = self.sample.header
            pairs = as_known(self.train.header, names)
            own = [pairs.get(name, name) for name in self.train.header]
            if len(names) > 2 and not all(name in own for name in names[1:]):
                # A column for each class: only the id can be a column of train.
                pairs = {old: new for old, new in pairs.items() if new == names[0]}
            self.rename(self.train, pairs)
        known = list(dict.fromkeys([*([] if self.sample is None else self.sample.header[:2]), *self.train.header]))
        for table in [self.test, *self.others]:
            if table is not None:
                self.rename(table, as_known(table.header, known))

    def rename(self, table, pairs):
        if pairs:
            table.rename(pairs)
            told = listed([f"{old!r} is {new!r}" for old, new in pairs.items()])
            self.notes.line(f"{table.name}: columns are called as in the other tables: {told}")

    def predicted(self):
        """Columns of train that are to be predicted, as far as they are known; those that name a row are not."""
        named = [] if self.sample is None else [name for name in self.sample.header if not self.is_key(name)]
        own = [name for name in [*(self.target or []), *named] if name in self.train.header]
        return list(dict.fromkeys(own))

    def is_key(self, name):
        """Whether a column of the sample names rows: the first, or one that has the cells which it has in test."""
        if name == self.sample.header[0]:
            return True
        if self.test is None or name not in self.test.header:
            return False
        shown = set(self.sample.column(name))
        return len(shown) >= KEYS and shown <= set(self.test.column(name))

    def leave_out_target(self):
        """What is to be predicted says nothing in test: mostly it is empty there."""
        shared = [name for name in self.test.header if name in self.train.header]
        known = self.predicted()
        empty = self.test.empty_columns(shared)
        empty = [name for name in empty if name not in self.train.empty_columns(empty)] if empty else []
        found = [name for name in shared if name in known]
        if not known and (len(empty) == 1 or any(is_target_name(name) for name in empty)):
            found = [name for name in empty if len(empty) == 1 or is_target_name(name)]
        self.test.left_out = set(found)
        for names, what in (([name for name in found if name in empty], "is empty in every row and left out"),
                            ([name for name in found if name not in empty], "has values there, which are left out")):
            if names:
                self.notes.line(f"{self.test.name}: {listed(names)} {what}, since it is to be predicted")

    def match_ids(self):
        """Ids of the tables are written as the sample submission has them, and a short sample gets all of its rows."""
        rows = list(self.sample.rows())
        name = next((each for each in self.sample.header if each in self.test.header), None)
        if name is None or len(self.sample.header) < 2:
            self.fill_by_count(rows)
            return
        place = self.sample.header.index(name)
        asked, ids = [row[place] for row in rows], self.test.column(name)
        if not rows or set(asked) == set(ids) or len(set(ids)) < len(ids):
            return
        forms = {reading(text): text for text in asked}
        known = {reading(text) for text in ids}
        if len(forms) < len(asked) or len(known) < len(ids):
            return
        is_short = len(asked) < SHORT * len(ids)
        if not set(forms) <= known:
            if is_short and len(asked) <= FORM_ROWS:
                self.complete(rows, place, ids)
            return
        self.write_ids(name, forms, asked)
        if is_short:
            self.complete(rows, place, self.test.column(name))
        elif len(asked) < len(ids):
            self.leave_out_rows(name, set(asked), len(ids))

    def leave_out_rows(self, name, asked, count):
        """Rows of test that a sample with nearly all of them does not ask for."""
        place = self.test.header.index(name)
        self.test.save([row for row in self.test.rows() if row[place] in asked])
        self.test = self.open(self.roles["test"])
        self.changed = True
        self.notes.line(f"{self.sample.name} asks for {len(asked)} of the {count} rows of {self.test.name}: the others are left out")

    def write_ids(self, name, forms, asked):
        """Ids as the sample has them in every table; those that it does not show get a `.0` where all have one."""
        floats = all(re.fullmatch(r"[+-]?\d+\.0", text) for text in asked)

        def written(text):
            key = reading(text)
            if key in forms:
                return forms[key]
            return f"{key}.0" if floats and key.lstrip("-").isdigit() else text

        tables = [table for table in (self.test, self.train, *self.others) if name in table.header]
        if all(written(text) == text for text in self.test.column(name)):
            return
        example = next(text for text in self.test.column(name) if written(text) != text)
        for table in tables:
            table.cells[name] = written
        self.notes.line(f"{self.sample.name}: {name} is written {written(example)!r} here and {example!r} in"
                        f" {self.test.name}: it is read, and submitted, as the sample has it")

    def fill_by_count(self, rows):
        """A sample whose ids are of no table, or that has none, shows its rows in order."""
        count = sum(1 for _ in self.test.rows())
        if not rows or len(rows) >= SHORT * count:
            return
        if len(self.sample.header) < 2 or set(self.sample.header) <= set(self.train.header):
            self.complete(rows, None, [None] * count)
            return
        first = rows[0][0]
        if first.isdigit() and [row[0] for row in rows] == [str(int(first) + i) for i in range(len(rows))]:
            self.complete(rows, 0, [str(int(first) + i) for i in range(count)])

    def complete(self, rows, place, ids):
        """A row of the sample for every row of test: its own ones, and copies of the first."""
        shown = {row[place]: row for row in rows} if place is not None else {}

        def filled():
            for name in ids:
                row = list(shown.get(name, rows[0]))
                if place is not None:
                    row[place] = name
                yield row

        self.sample.save(filled())
        self.changed = True
        whose = f"row of {self.test.name}" if place is None else f"{self.sample.header[place]} of {self.test.name}"
        self.notes.line(f"{self.sample.name} shows {len(rows)} of {len(ids)} rows: a submission has one for each {whose}")


def reading(text):
    """What an id stands for, however a library wrote it: 7, 7.0 and 007 are the same."""
    plain = text.strip()
    if NUMBER.fullmatch(plain) is None:
        return plain
    if re.fullmatch(r"[+-]?\d+(\.0*)?", plain):
        return str(int(plain.split(".")[0]))
    value = float(plain)
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
