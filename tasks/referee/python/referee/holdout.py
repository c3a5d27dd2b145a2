"""The sealed holdout: opened once in the life of a run, for named finalists, and closed for good."""

import json
import os

from referee import files
from referee.errors import Refused

VIEW = "sealed"


class Holdout:
    """
    Whether the sealed holdout is open, and for whom. The state lies in the run's private folder and is read anew for
    every question, so a resumed process, an edited configuration or a copy of the run finds it as it is.
    """

    def __init__(self, folder):
        self.path = os.path.join(folder, "sealed.json")

    def open(self, finalists, closed=False):
        """
        Opens it for these solutions; the same ones again find it as it is, any others raise `Refused`. `closed`: the
        run has chosen already, and a state that was lost says so again.
        """
        wanted = {"finalists": sorted(finalists), "closed": closed}
        try:
            os.makedirs(os.path.dirname(self.path), exist_ok=True)
            # Exclusive: of two processes one opens, and the other finds its finalists.
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
        """Nothing is run or scored on the sealed rows from here on. Raises `Refused` when it was never opened."""
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
        """Raises `Refused` for the sealed view to all but the finalists of an open holdout."""
        if view != VIEW:
            return
        found = self.state()
        if found is None:
            raise Refused("the sealed holdout is opened once, for the finalists: not now")
        if found["closed"]:
            raise Refused("the sealed holdout has been opened and closed: a second opening is refused")
        if solution is not None and solution not in found["finalists"]:
            raise Refused(f"{solution} is none of the finalists that the sealed holdout was opened for")
