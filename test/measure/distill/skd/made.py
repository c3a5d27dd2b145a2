"""Small competitions, scripts for them, and what Python says of each script with a bug: `python made.py <folder> <count>`.

Every script is run. A case is kept where the script runs to its end and the one with a bug does not.
"""

import csv
import json
import os
import random
import subprocess
import sys

WORDS = "area rooms age tax height speed weight depth width wage load heat yield floor noise price visits rain flow dose".split()

SCRIPT = """import csv

# --- data
with open("input/train.csv") as file:
    rows = list(csv.DictReader(file))
with open("input/test.csv") as file:
    test = list(csv.DictReader(file))

# --- model
{model}

# --- submission
with open("submission.csv", "w") as file:
    writer = csv.writer(file)
    writer.writerow(["id", "{target}"])
    for row in test:
        writer.writerow([row["id"], predict(row)])
"""

MODELS = [
    """values = [float(row["{target}"]) for row in rows]
mean = sum(values) / len(values)
def predict(row):
    return mean""",
    """groups = {{}}
for row in rows:
    groups.setdefault(row["{group}"], []).append(float(row["{target}"]))
def predict(row):
    values = groups[row["{group}"]]
    return sum(values) / len(values)""",
    """def distance(one, other):
    return abs(float(one["{first}"]) - float(other["{first}"]))
def predict(row):
    nearest = min(rows, key=lambda other: distance(row, other))
    return float(nearest["{target}"])""",
]

# What a line holds, and what it holds with the bug.
BUGS = [
    ("import csv\n", "import cvs\n"),
    ("csv.DictReader(file))\nwith", "csv.DictReder(file))\nwith"),
    ('open("input/train.csv")', 'open("input/train.cvs")'),
    ('open("submission.csv", "w")', 'open("submission.csv", "r")'),
    ("csv.writer(file)", "csv.writter(file)"),
    ('row["id"], predict', 'row["Id"], predict'),
    ("for row in test:", "for row in test"),
    ("/ len(values)", "/ length(values)"),
    ("sum(values)", "total(values)"),
    ("abs(float", "absolute(float"),
    ("key=lambda other", "by=lambda other"),
    (".append(float", ".add(float"),
]


def make(folder, number):
    draw = random.Random(number)
    first, group, target = draw.sample(WORDS, 3)
    names = ["id", first, group]
    rows = [[at, round(draw.uniform(0, 9), 2), draw.choice("abc")] for at in range(36)]
    label = lambda row: round(2 * row[1] + ord(row[2]) - 97 + draw.gauss(0, 0.3), 3)
    os.makedirs(os.path.join(folder, "input"), exist_ok=True)
    write(folder, "input/train.csv", [*names, target], [[*row, label(row)] for row in rows[:24]])
    write(folder, "input/test.csv", names, rows[24:])
    write(folder, "input/sample_submission.csv", ["id", target], [[row[0], 0] for row in rows[24:]])
    return {"first": first, "group": group, "target": target}


def write(folder, name, header, rows):
    with open(os.path.join(folder, name), "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def run(folder, code):
    """What Python says of a script that fails; None where it leaves a submission."""
    submission = os.path.join(folder, "submission.csv")
    if os.path.exists(submission):
        os.remove(submission)
    with open(os.path.join(folder, "solution.py"), "w") as file:
        file.write(code)
    ended = subprocess.run(
        [sys.executable, "-I", "solution.py"], cwd=folder, capture_output=True, text=True, timeout=60
    )
    if ended.returncode == 0 and os.path.exists(submission):
        return None
    return ended.stderr.strip() or "no submission.csv"


def cases(folder, number):
    names = make(folder, number)
    for index, model in enumerate(MODELS):
        code = SCRIPT.format(model=model.format(**names), target=names["target"])
        if run(folder, code) is not None:
            raise SystemExit(f"a script of {folder} does not run")
        draw = random.Random(f"{number} {index}")
        possible = [(good, bad) for good, bad in BUGS if good in code]
        for good, bad in draw.sample(possible, 3):
            broken = code.replace(good, bad, 1)
            error = run(folder, broken)
            if error is not None:
                yield {"competition": os.path.basename(folder), "code": broken, "mended": code, "error": error}


def main(place, count):
    lines = []
    for number in range(int(count)):
        lines += cases(os.path.join(place, f"made-{number:02d}"), number)
    with open(os.path.join(place, "cases.jsonl"), "w") as file:
        file.writelines(f"{json.dumps(line)}\n" for line in lines)


main(*sys.argv[1:])
