"""A folder's files in plain form, in a folder of their own: links followed, archives unpacked, tables as CSV."""

import csv
import os
import re
import shutil
import stat
import tempfile
from urllib.parse import unquote

import archives
import tabular
import texts
from errors import Refused
from notes import listed

# Folders in which tables are looked for (`DATA_FOLDER` of `tasks/infer/layout.ts`); any other is passed on as it is.
DATA_FOLDER = re.compile(
    r"(data|dataset|input|raw|csv|files|public|tables|train|training|test|testing|sample_submission|feature|label|target|x|y)s?"
    r"|(train|test)(ing)?([-_]?(data|set|files|parts))?(\.(parquet|csv))?", re.I)
# Folders that are tools' or our own and never data.
OWN_FOLDERS = {"runs", "node_modules", "__pycache__", "venv", "env", "__MACOSX"}
ROLE = re.compile(r"train|test|sample|submission|label|target", re.I)
# Texts and JSON files are tables when they are called so (`NAMED_TABLE` of `tasks/prepare/files.ts`).
NAMED_TABLE = re.compile(
    r"(train(ing)?|test(ing)?|sample[-_ ]?(sub.*)?|(.*[-_])?submission)([-_ ]?(data|set))?\.(txt|dat|data|json)", re.I)
TEXT_TABLE = re.compile(r"\.(csv|tsv|tab)$", re.I)
MAX_DEPTH = 3
# So many files without a folder of their own are media, and get one.
LOOSE_FILES = 20
# The longest path of a file.
MAX_PATH = 4096


# A part of a table in folders that are named after a column and its value (`PARTITIONED` of `tasks/prepare/files.ts`).
PARTITIONED = re.compile(
    r"(?P<shelf>(train|test)[^/=]*)/(?P<keys>([^/=]+=[^/]*/)+)[^/]+\.(csv|tsv|tab|parquet|pq|feather|arrow|jsonl|ndjson)", re.I)


def is_table_name(name):
    """Whether a file is a table by its name; texts and JSON files are when they are named after a part."""
    base = os.path.basename(name)
    if TEXT_TABLE.search(base):
        return True
    if re.search(r"\.(txt|dat|data|json)$", base, re.I):
        return NAMED_TABLE.fullmatch(base) is not None
    return tabular.SUFFIX.search(base) is not None


def may_hold_tables(name):
    """Whether tables are looked for at this place."""
    folders = name.split("/")[:-1]
    return not folders or (len(folders) == 1 and DATA_FOLDER.fullmatch(folders[0]) is not None)


class Gathering:
    """One folder on its way to its plain form. `changed` says whether anything was not plain already."""

    def __init__(self, source, target, budget, notes):
        self.source, self.target, self.budget, self.notes = source, target, budget, notes
        self.root = os.path.realpath(source)
        self.changed = False
        # Original name -> name of the converted table.
        self.names = {}
        self.links, self.present, self.parts = [], set(), 0
        self.staging = tempfile.mkdtemp(dir=os.path.dirname(target), prefix="unpacked-")

    def run(self):
        try:
            files = list(self.walk(self.source, "", (self.root,)))
            packed = [(name, path) for name, path, _ in files if self.is_archive(name, path)]
            self.present = {name for name, _, _ in files} - {name for name, _ in packed}
            for name, path, outside in files:
                if name in self.present:
                    self.place(name, path, outside)
            for name, path in packed:
                self.unpack(name, path, 1)
        finally:
            shutil.rmtree(self.staging, ignore_errors=True)
        if self.links:
            self.notes.line(f"symbolic links are followed, and what lies outside of the folder is copied: {listed(self.links)}")

    def walk(self, folder, inside, trail):
        """(name, real path, whether it lies outside) of every file, links followed."""
        try:
            entries = sorted(os.scandir(folder), key=lambda each: each.name)
        except OSError as error:
            raise Refused(f"{inside or folder}: this folder cannot be read ({error.strerror}); check its mode") from error
        for entry in entries:
            name = f"{inside}{entry.name}"
            if entry.name.startswith(".") or (not inside and entry.name in OWN_FOLDERS):
                continue
            written = written_link(entry, name)
            real = os.path.realpath(written or entry.path)
            outside = not real.startswith(self.root + os.sep)
            if written or entry.is_symlink():
                self.changed = True
                if outside:
                    self.links.append(f"{name} is {real}")
            try:
                mode = os.stat(real).st_mode
            except OSError:
                self.leave_out(name, f"a symbolic link to {os.readlink(entry.path)}, where there is nothing")
                continue
            if stat.S_ISDIR(mode):
                if any((each + os.sep).startswith(real.rstrip(os.sep) + os.sep) for each in trail):
                    raise Refused(f"{name}: a symbolic link to {real}, a folder that it lies in itself; take it away")
                yield from self.walk(real, f"{name}/", (*trail, real))
            elif stat.S_ISREG(mode):
                self.budget.take_file(name)
                yield name, real, outside
            else:
                self.leave_out(name, "no file but a device, a pipe or a socket")

    def leave_out(self, name, what):
        """Something that cannot be read: no matter, unless it should be a table."""
        self.changed = True
        if is_table_name(name) or archives.SUFFIX.search(name):
            raise Refused(f"{name}: it is {what}; put the file itself into the folder")
        self.notes.line(f"{name} is left out: it is {what}")

    def is_archive(self, name, path):
        if not may_hold_tables(name):
            return False
        return bool(archives.SUFFIX.search(name) or is_table_name(name)) and archives.kind_of(path) is not None

    def place(self, name, path, outside, owned=False):
        """One file that is no archive, in plain form."""
        target = os.path.join(self.target, name)
        partition = PARTITIONED.fullmatch(name)
        if partition:
            self.place_part(name, path, partition)
            return
        if may_hold_tables(name) and is_table_name(name):
            if TEXT_TABLE.search(name) or not tabular.SUFFIX.search(name):
                converted = self.place_text(name, path)
            else:
                converted = self.place_records(name, path)
            if converted:
                self.changed = True
                return
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if owned:
            os.replace(path, target)
        elif outside or is_table_name(name) or not linked(path, target):
            self.budget.take(name, os.path.getsize(path))
            shutil.copyfile(path, target)

    def place_part(self, name, path, partition):
        """A part of a table, with the columns that its folders name, as a numbered file beside the others."""
        keys = [unquote(each).split("=", 1) for each in partition["keys"].strip("/").split("/")]
        plain = f"{partition['shelf']}/part-{self.parts}.csv"
        staged, target = os.path.join(self.staging, "part.csv"), os.path.join(self.target, plain)
        if TEXT_TABLE.search(name):
            records = self.text_records(name, path, staged)
        else:
            records = tabular.records_of(path, name)

        def whole():
            header = next(records, [])
            added = [(key, "" if value == "__HIVE_DEFAULT_PARTITION__" else value) for key, value in keys if key not in header]
            yield [*header, *(key for key, _ in added)]
            for record in records:
                yield [*record, *(value for _, value in added)]

        texts.write(target, whole())
        self.budget.take(name, os.path.getsize(target))
        self.names[name], self.changed, self.parts = plain, True, self.parts + 1
        self.notes.add(f"the names of its folders are columns ({', '.join(key for key, _ in keys)})", f"{partition['shelf']}/")

    def text_records(self, name, path, staged):
        """The records of a table that is a text in any form."""
        converted = texts.convert(path, staged, name, self.notes)
        with open(staged if converted else path, encoding="utf-8", newline="") as file:
            yield from (record for record in csv.reader(file) if record)

    def as_csv(self, name):
        """The name of a table once it is CSV, or None where there is such a table already."""
        plain = f"{os.path.splitext(name)[0]}.csv"
        if plain != name and (plain in self.present or os.path.exists(os.path.join(self.target, plain))):
            return None
        return plain

    def place_text(self, name, path):
        plain = self.as_csv(name)
        if plain is None:
            return False
        target = os.path.join(self.target, plain)
        if not texts.convert(path, target, name, self.notes):
            if plain == name:
                return False
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copyfile(path, target)
        self.budget.take(name, os.path.getsize(target))
        if plain != name:
            self.names[name] = plain
        return True

    def place_records(self, name, path):
        plain = self.as_csv(name)
        if plain is None:
            return False
        target = os.path.join(self.target, plain)
        try:
            texts.write(target, tabular.records_of(path, name))
        except Refused:
            if not name.lower().endswith(".json"):
                raise
            # JSON may hold anything; what is no table is passed on as it is.
            os.remove(target)
            return False
        self.budget.take(name, os.path.getsize(target))
        self.names[name] = plain
        self.notes.add("it is read as CSV", name)
        return True

    def unpack(self, name, path, depth):
        """The files of an archive, where they would lie if a person had unpacked it beside it."""
        if depth > MAX_DEPTH:
            raise Refused(f"{name}: archives in archives, {depth} deep; {archives.ADVICE}")
        kind = archives.kind_of(path)
        members = archives.list_members(path, kind, name)
        places = placed(name, [each for each, _ in members])
        packed = os.path.getsize(path)
        self.budget.check_ratio(name, packed, sum(size or 0 for _, size in members))
        made, written = [], 0

        def write(member, chunks):
            nonlocal written
            target = places.get(member)
            taken = target is None or target in self.present or os.path.exists(os.path.join(self.target, target))
            staged = os.path.join(self.staging, f"{depth}")
            with open(os.devnull if taken else staged, "wb") as file:
                for chunk in chunks:
                    written += len(chunk)
                    self.budget.check_ratio(name, packed, written)
                    if not taken:
                        self.budget.take(name, len(chunk))
                        file.write(chunk)
            if taken:
                return
            self.budget.take_file(target)
            made.append(target)
            if self.is_archive(target, staged):
                self.unpack(target, staged, depth + 1)
            else:
                self.place(target, staged, False, owned=True)

        archives.unpack(path, kind, name, write)
        if made:
            self.changed = True
            self.notes.line(f"{name} is unpacked: {listed(made)}")


def written_link(entry, name):
    """
    Where a symbolic link leads that was written as a text, as git does where there are no links: a table that holds
    nothing but the path of another file. None for any other file.
    """
    if not is_table_name(name) or not entry.is_file(follow_symlinks=False) or entry.stat().st_size > MAX_PATH:
        return None
    with open(entry.path, "rb") as file:
        text = file.read().strip()
    if b"/" not in text or b"\n" in text or b"\0" in text:
        return None
    place = os.path.join(os.path.dirname(os.fsencode(entry.path)), text)
    return os.fsdecode(place) if os.path.isfile(place) else None


def linked(path, target):
    """A second name of a file that is no table: ten thousand pictures cost no copy."""
    try:
        os.link(path, target)
    except OSError:
        return False
    return True


def placed(name, members):
    """Member -> its place in the folder; hidden files and what tools leave have none. Raises `Refused`."""
    safe = {member: archives.safe_name(member, name) for member in members}
    kept = {member: path for member, path in safe.items()
            if not any(part.startswith(".") or part in OWN_FOLDERS for part in path.split("/"))}
    stem = archives.stem_of(os.path.basename(name))
    folder = os.path.dirname(name)
    paths = list(kept.values())
    tops = {path.split("/")[0] for path in paths}
    inner = [path.split("/", 1)[1] for path in paths if "/" in path]
    if len(tops) == 1 and len(inner) == len(paths) and any("/" not in each and is_table_name(each) for each in inner):
        kept = {member: path.split("/", 1)[1] for member, path in kept.items()}
    elif len(paths) == 1 and ROLE.search(stem) and not ROLE.search(os.path.basename(paths[0])):
        only = os.path.basename(paths[0])
        named = stem if is_table_name(stem) else stem + os.path.splitext(only)[1]
        kept = {member: named if is_table_name(only) else path for member, path in kept.items()}
    elif sum("/" not in path and not is_table_name(path) for path in paths) > LOOSE_FILES:
        kept = {member: f"{stem}/{path}" for member, path in kept.items()}
    return {member: f"{folder}/{path}" if folder else path for member, path in kept.items()}
