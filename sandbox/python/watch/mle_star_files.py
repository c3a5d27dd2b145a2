"""Judges every file that is opened, listed, moved or removed; see `mle_star_watch`."""

import os

from mle_star_places import locator, places, plain_text

def judges(trace, descriptor, note, end, libraries, begun):
    locate, forget = locator()
    kind, number = type, int
    place = places(trace, libraries)
    judge, forget_opened = file_judge(locate, place, note, end, begun)
    forget_folders, exact = forget, plain_text()

    def forget():
        forget_folders()
        forget_opened()

    def opened(arguments):
        judge(arguments[0], arguments[2])

    def listed(arguments):
        judge(arguments[0], 0)

    def changed(arguments):
        forget()
        judge(arguments[0], 1)

    def moved(arguments):
        forget()
        judge(arguments[0], 1)
        judge(arguments[1], 1)

    def linked(arguments):
        forget()
        judge(arguments[0], 0)
        judge(arguments[1], 1)

    def pointed(arguments):
        forget()
        judge(arguments[1], 1)
        target, link = exact(arguments[0]), exact(arguments[1])
        # It counts from the folder that the link lies in.
        judge(target if target.startswith("/") else link.rpartition("/")[0] + "/" + target if "/" in link else target, 0)

    def truncated(arguments):
        if kind(arguments[0]) is number and arguments[0] == descriptor:
            end("changed the record of what it did")
        judge(arguments[0], 1)

    def controlled(arguments):
        if arguments[0] == descriptor:
            end("changed the record of what it did")

    def connected(arguments):
        judge(database(arguments[0]), 0)

    database = database_path()
    judged = {"open": opened, "os.chdir": lambda _: forget(), "os.truncate": truncated, "sqlite3.connect": connected}
    judged.update(dict.fromkeys(("os.listdir", "os.scandir"), listed))
    judged.update(dict.fromkeys(("os.remove", "os.rmdir", "os.mkdir", "os.chmod", "os.chown", "os.utime"), changed))
    judged.update({"os.rename": moved, "os.link": linked, "os.symlink": pointed, "fcntl.fcntl": controlled})
    return judged


def database_path():
    exact = plain_text()

    def path_of(given):
        name = exact(given)
        if name in (":memory:", ""):
            return "."
        return name[5:].partition("?")[0] if name.startswith("file:") else name

    return path_of


def file_judge(locate, place, note, end, begun):
    changes = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
    tell, text, seen = type, str, set()
    judge_shared, judge_outside = shared_judge(end, begun), outside_judge(note, end)

    def judge(given, flags):
        writes = flags & changes
        if not writes and tell(given) is text and given in seen:
            return
        path = locate(given)
        if path is None:
            return
        kind, name = place(path)
        if kind == "input":
            if writes:
                end("wrote to its input, " + name)
            note("opened " + name)
        elif kind == "record":
            end("opened the record of what it did")
        elif kind == "library":
            if writes and "__pycache__" not in path:
                end("wrote beside installed packages, " + path)
        elif kind in ("shared", "memory"):
            judge_shared(kind, path, writes)
        elif kind in ("system", "other") or (kind == "plain" and writes):
            judge_outside(kind, path, writes)
        if not writes and tell(given) is text:
            seen.add(given)

    return judge, seen.clear


def shared_judge(end, begun):
    """A file that others could leave there is as good as theirs, unless it was made here."""
    look, failure, made = os.lstat, OSError, set()

    def judge(kind, path, writes):
        if path in made:
            return
        try:
            changed = look(path).st_ctime
        except failure:
            if writes:
                made.add(path)
            return
        # Workers open shared memory that the script's own process made.
        if kind == "shared" or changed < begun - 1:
            end("opened " + path + ", which this execution has not made")

    return judge


def outside_judge(note, end):
    look, failure, own = os.lstat, OSError, os.getpid

    def whose(path):
        """Of /proc what tells of this very process is its own, but for its memory and what it was given."""
        parts = path.split("/")
        if parts[1] != "proc" or not parts[2:] or not parts[2].isdecimal():
            return "system"
        return "own" if parts[2] == f"{own()}" and parts[-1] not in ("environ", "mem") else "other"

    def judge(kind, path, writes):
        owner = whose(path)
        if owner == "own" and not writes:
            return
        note("outside " + path)
        if kind != "other" and owner == "system" and (not writes or path.startswith("/dev/")):
            return
        try:
            look(path)
        except failure:
            # What is not there tells nothing: libraries look for settings in many places.
            if not writes:
                return
        end(("wrote " if writes else "opened ") + path)

    return judge
