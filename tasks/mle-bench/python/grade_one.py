"""Grades one submission with the package `mlebench`, in its own environment: `grade_one.py <request as JSON>`.

The request has `dataDir`, `id`, `submission` (a path or null) and `memoryMb`. The answer, one JSON object on standard
output, has the score (rounded by the package, NaN possible, null where the submission is not valid), whether the file
exists, the scores of the leaderboard (null without one) and where that was found, and whether the package has a pointer
of Git LFS in its place. What the package prints goes to standard error.
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


def board_of(competition, imported):
    """The scores of the package's own board, else of one that was imported beside the data, as MLE-Dojo has it."""
    from mlebench.data import get_leaderboard
    from mlebench.utils import read_csv

    sources = {
        "official leaderboard": (getattr(competition, "leaderboard", None), lambda _: get_leaderboard(competition)),
        "imported leaderboard": (imported, read_csv),
    }
    for source, (path, read) in sources.items():
        if is_pointer(path):
            continue
        try:
            scores = [float(score) for score in read(path)["score"]]
        except (AssertionError, KeyError, OSError, ValueError):
            continue
        if scores:
            return scores, source
    return None, None


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
    board, source = board_of(competition, Path(request["dataDir"]) / request["id"] / "leaderboard.csv")
    return {
        "exists": exists,
        "score": None if score is None else float(score),
        "board": board,
        "source": source,
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
