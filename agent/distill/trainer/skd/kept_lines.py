"""Files of lines that a training goes on with: what was torn, or belongs to steps that are done again, is dropped."""

import json
import os


def read(path):
    lines = []
    try:
        with open(path, encoding="utf-8") as file:
            for line in file:
                try:
                    lines.append(json.loads(line))
                except ValueError:
                    break
    except FileNotFoundError:
        pass
    return lines


def begin(path, keep=lambda line: True):
    """The file with the lines that are kept, open for more; and those lines."""
    lines = [line for line in read(path) if keep(line)]
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(f"{path}.new", "w", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(line)}\n" for line in lines)
    os.replace(f"{path}.new", path)
    return open(path, "a", encoding="utf-8"), lines


def add(file, line):
    file.write(f"{json.dumps(line)}\n")
    file.flush()
