"""Watches an interpreter: files opened, programs started, sockets tried; what is forbidden ends the execution.

    begin(trace, descriptor, rules)   in the script's own interpreter, by the runner
    join(settings)                    in those that its libraries start, by sitecustomize

An audit hook cannot be removed, and it is asked before a file is open or a program runs. Its functions use no
global and no builtin name when they run, only what they closed over: a script could change the others. Nothing is
raised out of it either, for the frames of a traceback show what a function closed over; a script's own code that runs
meanwhile (a handler of signals, a callback of the collector) may not look at frames.

It does not see what is done without Python: files that a library opens in C by their path (`pyarrow.csv`,
`pyarrow.parquet`, the readers of LightGBM, XGBoost and CatBoost; pandas opens its files in Python), bare system
calls, `stat`. It ends what it sees; behind it the sandbox isolates.
"""

import _signal
import os
import sys
import time

import mle_star_files
import mle_star_frames
import mle_star_tricks

FOLDER = os.path.dirname(os.path.abspath(__file__))
INHERITED = ("PYTHONPATH", "MLE_STAR_WATCH")
ENDED, FAILED = 87, 88
# How often a worker tells the interpreter that it works for to end, and how long it waits between.
ROUNDS, ROUND_SECONDS = 200, 0.02


def begin(trace, descriptor, rules):
    os.environ["PYTHONPATH"] = FOLDER
    # This folder may lie in the user's own copy of the program.
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    begun = time.time()
    os.environ["MLE_STAR_WATCH"] = f"{rules}:{os.getpid()}:{begun}:{trace}"
    watch(trace, descriptor, rules == "enforced", None, begun)
    exit_now = os._exit
    # The first process of a namespace is not killed from within it; it only gets signals that it handles.
    _signal.signal(_signal.SIGXCPU, lambda *_: exit_now(ENDED))


def join(settings):
    rules, main, begun, trace = settings.split(":", 3)
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
    watch(trace, os.open(trace, flags, 0o600), rules == "enforced", int(main), float(begun))


def watch(trace, descriptor, enforced, main, begun):
    note = noter(descriptor)
    libraries = library_folders()
    caller, line = callers(libraries, main is not None)
    end = ender(note, line, enforced, main or os.getpid())
    inherited_settings = {name: os.environ[name] for name in INHERITED}
    judges = mle_star_files.judges(trace, descriptor, note, end, libraries, begun)
    judges.update(mle_star_tricks.judges(note, end, caller, libraries, inherited_settings))
    running = []
    judges.update(mle_star_frames.judges(end, libraries, running))
    mle_star_tricks.announce_starts(inherited_settings)
    mle_star_frames.shield_handlers()
    sys.addaudithook(hook(judges.get, running))
    for name in ("mle_star_watch", "mle_star_files", "mle_star_places", "mle_star_tricks", "mle_star_frames"):
        sys.modules.pop(name, None)


def hook(judge_of, running):
    anything, leave, write = BaseException, os._exit, os.write

    def watch_event(event, arguments):
        judge = judge_of(event)
        if judge is not None:
            try:
                running.append(event)
                judge(arguments)
                running.pop()
            except anything:
                write(2, b"mle-star: ended, for an event could not be judged\n")
                leave(FAILED)

    return watch_event


def noter(descriptor):
    """Each note once, up to a megabyte of them: the rest would say no more than that there is much of it."""
    write, encode, failure = os.write, str.encode, OSError
    seen, left = set(), [1 << 20]

    def note(text, always=False):
        if text in seen or (left[0] < 0 and not always):
            return
        seen.add(text)
        line = encode(text, "utf-8", "surrogatepass") + b"\0"
        left[0] -= line.__len__()
        try:
            write(descriptor, line)
        except failure:
            return  # The script closed it, or filled the disk: that its last note lacks will tell.

    return note


def ender(note, line, enforced, main):
    """Ends the interpreter, and with a worker the one that it works for."""
    write, leave, kill, own, encode, failure = os.write, os._exit, os.kill, os.getpid, str.encode, OSError
    ending, sleep, rounds_at_most, pause = _signal.SIGXCPU, time.sleep, ROUNDS, ROUND_SECONDS

    def end(what):
        reason = f"{what}{line()}"
        note("forbidden " + reason, True)
        if not enforced:
            return
        write(2, encode("\nmle-star: ended, forbidden: " + reason + "\n", "utf-8", "replace"))
        # Again and again: a signal that comes just before Python waits for a lock is handled after the wait only.
        rounds = rounds_at_most if own() != main else 0
        while rounds:
            try:
                kill(main, ending)
                kill(main, 9)
            except failure:
                break  # It has ended already.
            sleep(pause)
            rounds -= 1
        leave(ENDED)

    return end


def library_folders():
    """Where installed code lies, ours among it (a traceback quotes the runner), with what it links to."""
    folders = [sys.prefix, sys.base_prefix, os.path.dirname(os.__file__), os.path.dirname(FOLDER), *sys.path[1:]]
    folders = [folder for folder in folders if folder.startswith("/") and len(folder) > 1]
    return tuple({name + "/" for folder in folders for name in (folder, os.path.realpath(folder))})


def callers(libraries, is_worker):
    """Who did what the hook is asked about: `library`, `import` for one at work while it is imported, or `script`."""
    frame_of, starts = sys._getframe, str.startswith
    between = tuple(os.path.join(os.path.dirname(os.__file__), name) for name in (
        "subprocess.py", "os.py", "socket.py", "pathlib.py", "shutil.py", "runpy.py", "importlib/__init__.py",
        "ctypes/__init__.py",
    ))  # fmt: skip
    between += tuple(os.path.join(FOLDER, f"mle_star_{name}.py") for name in ("watch", "files", "places", "tricks", "frames"))
    installed = (*libraries, "<frozen ")

    def caller():
        frame = frame_of(1)
        while frame and frame.f_code.co_filename in between:
            frame = frame.f_back
        if frame is None:
            return "script"
        # What a worker was started with is the text of the library that started it.
        is_start = is_worker and frame.f_back is None and frame.f_code.co_filename == "<string>"
        if not is_start and not starts(frame.f_code.co_filename, installed):
            return "script"
        while frame:
            if frame.f_code.co_filename == "<frozen importlib._bootstrap>":
                return "import"
            frame = frame.f_back
        return "library"

    def line():
        frame = frame_of(1)
        while frame:
            if not starts(frame.f_code.co_filename, installed) and frame.f_code.co_filename not in between:
                return f" at line {frame.f_lineno}"
            frame = frame.f_back
        return ""

    return caller, line
