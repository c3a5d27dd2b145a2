"""Writes requirements-lock.txt: the exact version of every package that the requirements bring along.

    python lock.py PYTHON...     one interpreter (with pip) for each version of Python to lock for

Run by hand after a change to a requirements file. Nothing is installed: pip resolves and reports.
"""

import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOM = os.path.dirname(HERE)
HEAD = """# Written by `python/lock.py`, not by hand: a constraint on everything that is installed, so that the same
# requirements give the same environment on every day, on the host and in the images.
"""


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def resolve(python, names, fixed):
    """Name and version of all that pip would install for these requirements files, some versions being fixed."""
    files = [part for name in names for part in ("-r", os.path.join(ROOM, f"requirements-{name}.txt"))]
    with tempfile.TemporaryDirectory() as folder:
        report, constraint = os.path.join(folder, "report.json"), os.path.join(folder, "fixed.txt")
        with open(constraint, "w", encoding="utf-8") as file:
            file.writelines(f"{name}=={version}\n" for name, version in fixed.items())
        files += ["--constraint", constraint]
        argv = [python, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed"]
        subprocess.run([*argv, "--only-binary", ":all:", "--report", report, *files], check=True)
        with open(report, encoding="utf-8") as file:
            metadata = [each["metadata"] for each in json.load(file)["install"]]
    return {canonical(each["name"]): each["version"] for each in metadata}


def version_of(python):
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    return subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def lines(name, found, pythons):
    """One line where all agree, else one for each stretch of Python versions; the last one has no end."""
    stretches = []
    for index, python in enumerate(pythons):
        version = found[python].get(name)
        if not stretches or stretches[-1][0] != version:
            stretches.append((version, index))
    for number, (version, index) in enumerate(stretches):
        if version is None:
            continue
        end = stretches[number + 1][1] if number + 1 < len(stretches) else None
        bounds = [f'python_version >= "{pythons[index]}"'] if index > 0 else []
        bounds += [f'python_version < "{pythons[end]}"'] if end is not None else []
        yield f"{name}=={version}" + (f"; {' and '.join(bounds)}" if bounds else "")


def main():
    found = {}
    for python in sys.argv[1:]:
        # Without a GPU and with one: the same versions where both have a package.
        plain = resolve(python, ["core", "extras"], {})
        found[version_of(python)] = {**plain, **resolve(python, ["core", "gpu"], plain)}
    pythons = sorted(found, key=lambda each: [int(part) for part in each.split(".")])
    names = sorted({name for packages in found.values() for name in packages})
    with open(os.path.join(ROOM, "requirements-lock.txt"), "w", encoding="utf-8") as file:
        file.write(HEAD)
        for name in names:
            file.writelines(f"{line}\n" for line in lines(name, found, pythons))


if __name__ == "__main__":
    main()
