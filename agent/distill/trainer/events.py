"""What the trainer tells the command that started it: one JSON object a line, on what was standard output."""

import json
import os
import sys
import threading


class Events:
    def __init__(self):
        # Libraries print, too: what they say goes to standard error, which is a log.
        self.out = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)
        # Of several processes that train together only the first one speaks.
        self.is_speaker = os.environ.get("RANK", "0") == "0"

    def say(self, event, **values):
        if self.is_speaker:
            self.out.write(json.dumps({"event": event, **values}) + "\n")
            self.out.flush()


class Refused(Exception):
    """What the user can mend, in one line."""


def fail(events, kind, message):
    events.say("failed", kind=kind, message=message)
    sys.stderr.flush()
    os._exit(3)


def end_with_parent(clear=lambda: None):
    """Ends with the command that started it, however that one ends: it holds the other end of standard input. `clear`
    is called before."""

    def wait():
        while os.read(0, 1024):
            pass
        clear()
        os._exit(4)

    threading.Thread(target=wait, daemon=True).start()
