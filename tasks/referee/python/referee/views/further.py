"""What becomes of each further table: shown whole, filtered with the rows that it speaks of, or held back."""

import os

from referee import tables
from referee.splitting import split
from referee.views import aggregates
from referee.faults import Invalid
from referee.splitting.keys import Keys
from referee.views.opaque import look_at_cells, look_inside

SHARED = "shared"
HELD_BACK = "held-back"


class Further:
    """The decisions of one competition. They follow from the files alone and hold for every view."""

    def __init__(self, source, units, test_ids, strategy, times, matched):
        self.source, self.units, self.strategy, self.times = source, units, strategy, times
        self.task = source.task
        self.keys = Keys(source, units, test_ids)
        # Files that belong to rows by their names are moved with them.
        self.matched = matched
        self.marks = None

    def decide(self, names):
        """Name -> decision, for files that are not shown whole."""
        found = {}
        for name in names:
            given = (self.task.get("tables") or {}).get(name) or self._of_folder(name)
            if given == HELD_BACK:
                found[name] = held_back("task.yaml says so")
            elif given is None:
                decision = self._decide(name)
                if decision is not None:
                    found[name] = decision
        return found

    def _of_folder(self, name):
        """What the task says of the folder that a file lies in."""
        said = self.task.get("tables") or {}
        return next((what for part, what in said.items() if name.startswith(part.rstrip("/") + "/")), None)

    def _decide(self, name):
        path = os.path.join(self.task["folder"], name)
        if name in self.matched:
            return None
        if name.lower().endswith(".csv"):
            try:
                return self._table(path)
            except Invalid as reason:
                return self._opaque(path, str(reason))
        return self._opaque(path, None)

    def _opaque(self, path, why):
        """A file that is no table of ours: held back when it speaks of rows, or may without our seeing it."""
        told = look_inside(path, self._marks())
        return None if told is None else held_back(told if why is None else f"{told} ({why})")

    def _marks(self):
        """Cells by which a text is known to speak of training rows."""
        if self.marks is None:
            self.marks = self.keys.marks()
        return self.marks

    def _table(self, path):
        header = tables.read_header(path)
        has_answer = any(target in header for target in self.task["target_columns"])
        decision = self.keys.of_rows(path, header, has_answer)
        if decision is None and self.strategy == "group":
            decision = self.keys.of_groups(path, header, has_answer)
        if decision is None and has_answer:
            return held_back("it has the answer, but nothing in it says of which row")
        if decision is None or not decision["trainOnly"]:
            told = aggregates.tells(self.source, self.units, path, header)
            if told is not None:
                return held_back(told)
            told = look_at_cells(self.keys.columns_of(path), self._marks())
            if decision is None and told is not None:
                return held_back(told)
        elif decision["kind"] == "rows" and decision["key"] != self.source.key:
            told = self._repeats_answers(path, header, decision, has_answer)
            if told is not None:
                return held_back(told)
        late = self._times(path, header)
        if late is None:
            return decision
        return {**(decision or {"kind": "times", "trainOnly": False, "blank": []}), "time": late}

    def _repeats_answers(self, path, header, decision, has_answer):
        """Answers by another name of the row: a shuffled training table would not go with them."""
        if has_answer and len(decision["key"]) == 1:
            return f"it repeats the answers, by {decision['key'][0]}"
        return None

    def _times(self, path, header):
        """In a split by time: the column by which records are of a time, and whether they reach into the test."""
        if self.strategy != "time":
            return None
        own = self.task["time_column"]
        for name in [own, *header]:
            if name not in header:
                continue
            cells = tables.read_columns(path, [name])[0][name]
            if name != own and not looks_dated(cells):
                continue
            moments = split.to_times(cells)
            if moments is None:
                continue
            known = moments[moments == moments]
            train = self.times[self.times == self.times]
            if name != own and not (train.min() <= known.max() and known.min() <= train.max()):
                continue
            return {"column": name, "reachesTest": bool(known.max() > train.max())}
        return None


def looks_dated(cells):
    """Dates have a separator and a year; a number alone is no date."""
    some = [cell for cell in cells[:50] if cell]
    return bool(some) and all(len(cell) >= 8 and any(mark in cell for mark in "-/.: ") for cell in some)


def held_back(why):
    """No view has the file."""
    return {"kind": HELD_BACK, "why": why}
