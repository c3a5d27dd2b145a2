"""Looks at the package `mlebench` in its own environment: `look_at_package.py <data folder> <ids as JSON>`.

The answer, one JSON object on standard output, says whether its Python is new enough, and of which of the competitions
the leaderboard is a pointer of Git LFS, not scores.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

POINTER = b"version https://git-lfs"


def is_pointer(path):
    if path is None or not Path(path).is_file():
        return False
    with open(path, "rb") as file:
        return file.read(len(POINTER)) == POINTER


def main(data_dir, ids):
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    # The package opens a cache in the working directory.
    with tempfile.TemporaryDirectory(prefix="mle-star-mlebench-") as folder:
        os.chdir(folder)
        from mlebench.registry import registry

        found = registry.set_data_dir(Path(data_dir))
        pointers = [each for each in ids if is_pointer(getattr(found.get_competition(each), "leaderboard", None))]
        json.dump({"isNewEnough": sys.version_info >= (3, 11), "pointers": pointers}, answer)
        answer.close()
        os.chdir("/")


main(sys.argv[1], json.loads(sys.argv[2]))
