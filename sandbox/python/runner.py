"""Starts an untrusted script in every engine: sets limits, notes the inputs it opens, runs it as __main__.

What it notes goes, line by line as JSON, to a file that the script could write to as well: the harness
reads it as untrusted data. Lines: ["started"], ["opened", path], ["memory-error"], ["peak-mb", number].
"""

import builtins
import gc
import json
import os
import resource
import sys
import types


def limit(kind, value):
    """Lowers a limit, never above what the hard limit allows."""
    _, hard = resource.getrlimit(kind)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (value, value))


def set_limits(job):
    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_FSIZE, job["fileMb"] << 20)
    limit(resource.RLIMIT_NOFILE, job["files"])
    # A net under the watcher of memory in use: one huge allocation fails at once. Generous,
    # because the stacks of threads and untouched pages count as well.
    if job["dataMb"] and sys.platform == "linux":
        limit(resource.RLIMIT_DATA, job["dataMb"] << 20)


def opener(trace):
    """An audit hook that notes each file below ./input once, also in forked children."""
    abspath, fspath, write, dumps = os.path.abspath, os.fspath, os.write, json.dumps
    roots = {os.path.abspath("input") + os.sep, os.path.realpath("input") + os.sep}
    seen = set()

    def note(path):
        if isinstance(path, int):
            return
        path = fspath(path)
        path = os.fsdecode(path) if isinstance(path, bytes) else path
        if path in seen:
            return
        seen.add(path)
        full = abspath(path)
        for root in roots:
            if full.startswith(root):
                write(trace, (dumps(["opened", full[len(root) :]]) + "\n").encode())
                return

    def hook(event, arguments):
        if event == "open":
            try:
                note(arguments[0])
            except Exception:  # noqa: BLE001
                return  # An odd path, or no room for the note: opening it is the script's affair.

    return hook


def peak_mb():
    scale = 1 << 20 if sys.platform == "darwin" else 1 << 10
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(kind).ru_maxrss for kind in kinds) // scale


def execute(path):
    """Runs the script as the interpreter would have: its own __main__, argv, path and traceback."""
    main = types.ModuleType("__main__")
    main.__dict__.update(__file__=path, __builtins__=builtins, __annotations__={})
    sys.modules["__main__"] = main
    sys.argv[:] = [path]
    sys.path[0] = os.getcwd()
    with open(path, "rb") as file:
        source = file.read()
    exec(compile(source, path, "exec"), main.__dict__)


def main():
    job = json.loads(sys.argv[1])
    trace = os.open(job["trace"], os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    dumps, write = json.dumps, os.write

    def note(*line):
        try:
            write(trace, (dumps(line) + "\n").encode())
        except OSError:
            return  # The script closed every file it found, or filled the disk.

    set_limits(job)
    note("started")
    sys.addaudithook(opener(trace))
    try:
        execute(job["script"])
    except SystemExit:
        raise
    except BaseException as error:
        if isinstance(error, MemoryError):
            gc.collect()
            note("memory-error")
        # The traceback begins in the script: this frame and that of `execute` are not its business.
        frame = error.__traceback__
        while frame and frame.tb_frame.f_code.co_filename == __file__:
            frame = frame.tb_next
        sys.excepthook(type(error), error.with_traceback(frame), frame)
        sys.exit(1)
    finally:
        note("peak-mb", peak_mb())


main()
