"""The sealed holdout's gate: opened once in the life of a run, for named finalists, and closed for good."""

import json
import os

from referee import files
from referee.faults import Refused

VIEW = "sealed"


class Gate:
    """
    The state lies in the run's private folder and is read anew for every question, so a resumed process, an edited
    configuration or a copy of the run meets the same gate.
    """

    def __init__(self, folder):
        self.path = os.path.join(folder, "sealed.json")

    def open(self, finalists):
        """Opens the gate for these solutions; the same ones again find it as it is, any others are refused."""
        wanted = {"finalists": sorted(finalists), "closed": False}
        try:
            os.makedirs(os.path.dirname(self.path), exist_ok=True)
            # Exclusive: of two processes one opens, and the other is held to what that one said.
            with open(self.path, "x", encoding="utf-8") as file:
                json.dump(wanted, file)
                file.flush()
                os.fsync(file.fileno())
            return
        except FileExistsError:
            found = self.state()
        if found["finalists"] != wanted["finalists"]:
            raise Refused(
                "the sealed holdout was opened already, for other finalists"
                f" ({', '.join(found['finalists']) or 'none'}): it is opened once in a run"
            )

    def close(self):
        """Nothing is run or judged on the sealed rows from here on."""
        found = self.state()
        if found is None:
            raise Refused("the sealed holdout was never opened")
        if not found["closed"]:
            files.write_json(self.path, {**found, "closed": True})

    def state(self):
        """Who it was opened for and whether it is closed again; None while it has never been opened."""
        if not os.path.exists(self.path):
            return None
        try:
            found = files.read_json(self.path)
            return {"finalists": list(found["finalists"]), "closed": bool(found["closed"])}
        except (ValueError, KeyError, TypeError):
            # What cannot be read may have been opened for anybody.
            return {"finalists": [], "closed": True}

    def check(self, view, solution=None):
        """Refuses the sealed view to all but the finalists of an open gate."""
        if view != VIEW:
            return
        found = self.state()
        if found is None:
            raise Refused("the sealed holdout is opened once, for the finalists: not now")
        if found["closed"]:
            raise Refused("the sealed holdout has been opened and closed: a second opening is refused")
        if solution is not None and solution not in found["finalists"]:
            raise Refused(f"{solution} is none of the finalists that the sealed holdout was opened for")
