"""Tables that lie in several files: `train-00000-of-00003.parquet`, `train/part-00000.csv`."""

import csv
import os
import re
import shutil

import texts
from gather import TEXT_TABLE, may_hold_tables
from notes import listed

ROLE = r"train(?:ing)?|test(?:ing)?"
# `train-00000-of-00003`, `test_2`, `train.part3`.
NUMBERED = re.compile(rf"({ROLE})[-_. ]*(?:part|chunk|shard|split)?[-_. ]*\d+(?:[-_ ]of[-_ ]\d+)?", re.I)
# In a folder of that name: `part-00000-1f0c…`, `0003`, `data_7`.
PIECE = re.compile(rf"(?:part|chunk|shard|split|data|file|batch|{ROLE})?[-_. ]*\d.*", re.I)
FOLDER = re.compile(rf"({ROLE})(?:[-_]?(?:data|set|files|parts))?(?:\.(?:parquet|csv))?", re.I)
# What writers of such folders leave beside the tables.
MARK = re.compile(r"_.*|.*\.crc", re.I)


def tables_of(folder):
    """Names of the CSV files at places where tables are looked for."""
    found = []
    for place, folders, files in os.walk(folder):
        inside = os.path.relpath(place, folder)
        names = [name if inside == "." else f"{inside}/{name}" for name in sorted(files)]
        found += [name for name in names if TEXT_TABLE.search(name) and may_hold_tables(name)
                  and os.path.getsize(os.path.join(folder, name))]
        folders[:] = sorted(folders) if inside == "." else []
    return found


def join_parts(folder, notes):
    """Puts the files of a table together in the folder, where all have the same header; old name -> new name."""
    tables = tables_of(folder)
    found = {}
    for name, parts in groups_of(folder, tables).items():
        headers = {tuple(header_of(os.path.join(folder, part))) for part in parts}
        others = [table for table in tables if table not in parts]
        if len(headers) == 1 and not name_rows(folder, parts, others):
            found[name] = (parts, headers.pop())
    if len({header for _, header in found.values()}) < len(found):
        # Nothing to predict in train: the files are no parts of a table but what each row is about.
        return {}
    joined = {}
    for name, (parts, header) in found.items():
        role = os.path.basename(name)[:4]
        if any(os.path.basename(table)[:4].lower() == role for table in tables if table not in parts):
            continue
        write_whole(folder, name, parts, header)
        notes.line(f"{name} is made of {len(parts)} files with the same columns: {listed(parts)}")
        joined.update(dict.fromkeys(parts, name))
    return joined


def name_rows(folder, parts, others):
    """Whether a row of another table is named like each of the files: they are what rows are about, then."""
    stems = {TEXT_TABLE.sub("", os.path.basename(part)) for part in parts}
    return any(stems <= first_column(os.path.join(folder, table)) for table in others
               if os.path.dirname(table) != os.path.dirname(parts[0]))


def first_column(path):
    with open(path, encoding="utf-8", newline="") as file:
        return {row[0] for row in csv.reader(file) if row}


def groups_of(folder, tables):
    """Name of the whole table -> names of its files, in the order of their numbers."""
    found, whole_folders = {}, {}
    for table in sorted(tables, key=by_number):
        inside, base = os.path.split(table)
        stem = TEXT_TABLE.sub("", base)
        numbered, shelf = NUMBERED.fullmatch(stem), FOLDER.fullmatch(inside)
        if shelf and PIECE.fullmatch(stem):
            whole_folders.setdefault(inside, (shelf.group(1).lower(), []))[1].append(table)
        elif numbered:
            found.setdefault(os.path.join(inside, f"{numbered.group(1).lower()}.csv"), []).append(table)
    found = {name: parts for name, parts in found.items() if len(parts) > 1}
    for inside, (role, parts) in whole_folders.items():
        others = [each for each in os.listdir(os.path.join(folder, inside)) if not MARK.fullmatch(each)]
        if len(others) == len(parts):
            found[f"{role}.csv"] = parts
    return found


def by_number(name):
    """The order that people mean: part 10 comes after part 9."""
    return [(int(each), "") if each.isdigit() else (-1, each) for each in re.split(r"(\d+)", name)]


def header_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return next(csv.reader(file), [])


def write_whole(folder, name, parts, header):
    def records():
        yield list(header)
        for part in parts:
            with open(os.path.join(folder, part), encoding="utf-8", newline="") as file:
                rows = csv.reader(file)
                next(rows)
                yield from (row for row in rows if row)

    target = os.path.join(folder, name)
    texts.write(f"{target}.whole", records())
    for part in parts:
        os.remove(os.path.join(folder, part))
    shelf = os.path.dirname(parts[0])
    if FOLDER.fullmatch(shelf) and all(MARK.fullmatch(each) for each in os.listdir(os.path.join(folder, shelf))):
        shutil.rmtree(os.path.join(folder, shelf))
    os.replace(f"{target}.whole", target)
