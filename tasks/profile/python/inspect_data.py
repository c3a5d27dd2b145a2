"""
Looks at the data of a competition once, for the profile and the screen: the task comes as JSON on standard input,
`profile` and `screening` leave on standard output. The training table is read once and held once.
"""

import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from profiling.main import profile  # noqa: E402
from profiling.tables import read_sample  # noqa: E402
from screening.main import screen  # noqa: E402


def inspect(task):
    """Both looks, one after the other."""
    path = os.path.join(task["folder"], task["files"]["train"])
    sample = read_sample(path) if os.path.isfile(path) else None
    return {"profile": profile(task, sample), "screening": screen(task, sample)}


if __name__ == "__main__":
    json.dump(inspect(json.load(sys.stdin)), sys.stdout, allow_nan=False)
