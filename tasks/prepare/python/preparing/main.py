"""Prepares a competition's folder: a request as JSON on standard input, the answer on standard output.

`gather` copies a folder in plain form; `agree` brings the tables of such a copy together, once it is known which is
which. What the user can mend comes back as `refused`, one line.
"""

import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from agree import Agreement  # noqa: E402
from budget import Budget  # noqa: E402
from errors import Refused  # noqa: E402
from gather import Gathering  # noqa: E402
from headless import name_columns  # noqa: E402
from labels import join_labels  # noqa: E402
from notes import Notes  # noqa: E402
from parts import join_parts, tables_of  # noqa: E402


def gather(request):
    """`source` and `target` are folders, the second an empty one. `limits`: see `Budget`."""
    notes = Notes()
    gathering = Gathering(request["source"], request["target"], Budget(request["target"], request["limits"]), notes)
    gathering.run()
    joined = join_parts(request["target"], notes)
    named = name_columns(request["target"], tables_of(request["target"]), notes)
    labeled = join_labels(request["target"], tables_of(request["target"]), notes)
    moved = {**joined, **labeled}
    names = {name: moved.get(plain, plain) for name, plain in {**dict(zip(moved, moved)), **gathering.names}.items()}
    return {"changed": gathering.changed or named or bool(moved), "notes": notes.all(), "names": names}


def agree(request):
    """`folder`: the copy; `roles`: its train, test and sample; `targets`: the columns to predict, or None."""
    notes = Notes()
    agreement = Agreement(request["folder"], request["roles"], request["targets"], notes)
    renamed = agreement.run(request["answers"])
    return {"changed": agreement.changed, "notes": notes.all(), "renamed": renamed,
            "targets": agreement.target}


def main():
    request = json.load(sys.stdin)
    operations = {"gather": gather, "agree": agree}
    try:
        answer = operations[request["op"]](request)
    except Refused as refusal:
        answer = {"refused": str(refusal)}
    json.dump(answer, sys.stdout)


main()
