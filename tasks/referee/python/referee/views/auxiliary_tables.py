"""What becomes of each auxiliary table: shown whole, filtered with the rows that it belongs to, or held back."""

import os

from referee import tables
from referee.errors import Invalid
from referee.splitting.join_keys import JoinKeys
from referee.splitting.times import date_form, time_names, times_of, to_times
from referee.views import aggregates
from referee.views.row_mentions import search_cells, search_file

SHARED = "shared"
HELD_BACK = "held-back"


class AuxiliaryTables:
    """The decisions of one competition. They follow from the files alone and hold for every view."""

    def __init__(self, source, units, test_ids, strategy, times, matched):
        self.source, self.units, self.strategy, self.times = source, units, strategy, times
        self.task = source.task
        self.join_keys = JoinKeys(source, units, test_ids)
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
        given = self.task.get("tables") or {}
        return next((what for part, what in given.items() if name.startswith(part.rstrip("/") + "/")), None)

    def _decide(self, name):
        path = os.path.join(self.task["folder"], name)
        if name in self.matched:
            return None
        if name.lower().endswith(".csv"):
            try:
                return self._table(path)
            except Invalid as reason:
                return self._no_table(path, str(reason))
        return self._no_table(path, None)

    def _no_table(self, path, why):
        """A file that is not CSV: held back when it mentions training rows, or may without our seeing it."""
        found = search_file(path, self._marks())
        return None if found is None else held_back(found if why is None else f"{found} ({why})")

    def _marks(self):
        """Texts by which a file is known to mention training rows."""
        if self.marks is None:
            self.marks = self.join_keys.marks()
        return self.marks

    def _table(self, path):
        header = tables.read_header(path)
        has_answer = any(target in header for target in self.task["target_columns"])
        decision = self.join_keys.match_rows(path, header, has_answer)
        if decision is None and self.strategy == "group":
            decision = self.join_keys.match_groups(path, header, has_answer)
        if decision is None and has_answer:
            return held_back("it has the answer, but no column that says of which row")
        if decision is None or not decision["trainOnly"]:
            reason = aggregates.find_target_summary(self.source, self.units, path, header)
            if reason is not None:
                return held_back(reason)
            reason = search_cells(self.join_keys.columns_of(path), self._marks())
            if decision is None and reason is not None:
                return held_back(reason)
        elif decision["kind"] == "rows" and decision["key"] != self.source.key:
            if has_answer and len(decision["key"]) == 1:
                # A table with shuffled answers would not agree with it.
                return held_back(f"it repeats the answers, by {decision['key'][0]}")
        late = self._times(path, header)
        if late is None:
            return decision
        return {**(decision or {"kind": "times", "trainOnly": False, "blank": []}), "time": late}

    def _times(self, path, header):
        """In a split by time: the column by which records are of a time, and whether they reach into the test."""
        if self.strategy != "time":
            return None
        own = self.task["time_column"]
        names = time_names(self.task)
        for name in [*([own] if all(each in header for each in names) else []), *header]:
            if name != own and date_form(self.task, name) is None:
                continue
            moments = moments_of(self.task, path, name)
            if moments is None:
                continue
            known = moments[moments == moments]
            train = self.times[self.times == self.times]
            if name != own and not (train.min() <= known.max() and known.min() <= train.max()):
                continue
            return {"column": name, "reachesTest": bool(known.max() > train.max())}
        return None


def moments_of(task, path, column):
    """When the records of a further table are, by one of its columns or by those of the rows themselves; or None."""
    if column == task["time_column"]:
        return times_of(task, tables.read_columns(path, time_names(task))[0])
    return to_times(tables.read_columns(path, [column])[0][column], date_form(task, column))


def held_back(why):
    """No view has the file."""
    return {"kind": HELD_BACK, "why": why}
