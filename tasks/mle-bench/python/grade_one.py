"""Grades one submission with the package `mlebench`, in its own environment: `grade_one.py <request as JSON>`.

The request has `dataDir`, `id`, `submission` (a path or null) and `memoryMb`. The answer, one JSON object on standard
output, has the score (rounded by the package, NaN possible, null where the submission is not valid), whether the file
exists, the scores of the leaderboard (null without one), and whether that is a pointer of Git LFS. What the package prints goes to
standard error.
"""

import json
import os
import sys
import tempfile
from pathlib import Path


def limit_memory(megabytes):
    import resource

    size = megabytes << 20
    resource.setrlimit(resource.RLIMIT_AS, (size, size))


def is_pointer(path):
    if path is None or not Path(path).is_file():
        return False
    with open(path, "rb") as file:
        return file.read(23) == b"version https://git-lfs"


def board_of(competition):
    from mlebench.data import get_leaderboard

    if is_pointer(getattr(competition, "leaderboard", None)):
        return None
    try:
        return [float(score) for score in get_leaderboard(competition)["score"]]
    except (AssertionError, KeyError, OSError):
        return None


def grade(request):
    from mlebench.registry import registry
    from mlebench.utils import load_answers, read_csv

    competition = registry.set_data_dir(Path(request["dataDir"])).get_competition(request["id"])
    path = Path(str(request["submission"]))
    exists = path.is_file() and path.suffix.lower() == ".csv"
    score = None
    if exists:
        answers = load_answers(competition.answers)
        try:
            submission = read_csv(path)
        except Exception as error:
            # A file that is no table is an invalid submission, whatever the reader calls it.
            print(f"{path}: {error}", file=sys.stderr)
        else:
            score = competition.grader(submission, answers)
    return {
        "exists": exists,
        "score": None if score is None else float(score),
        "board": board_of(competition),
        "isPointer": is_pointer(getattr(competition, "leaderboard", None)),
    }


def main(text):
    request = json.loads(text)
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    # The package opens a cache in the working directory.
    with tempfile.TemporaryDirectory(prefix="mle-star-grading-") as folder:
        os.chdir(folder)
        limit_memory(request["memoryMb"])
        json.dump(grade(request), answer)
        answer.close()
        os.chdir("/")


main(sys.argv[1])
