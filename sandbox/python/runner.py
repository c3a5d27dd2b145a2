"""Starts an untrusted script in every engine: sets limits, notes the inputs it opens, runs it as __main__.

    python runner.py SCRIPT TRACE FILE_MB OPEN_FILES DATA_MB RULES [FILTER [PLAN...]]

RULES says what happens to a script that does what is forbidden: `enforced`, it is ended, or `audit`, it is only
recorded. FILTER is a seccomp program in base64: system calls that are refused on top of those the engine refuses.
PLAN says which files are left to a script that no engine confines, as confine.py reads it.

What it notes goes to the file TRACE, which the script could write to as well: the harness reads it as
untrusted data. Each note ends with a zero byte: `started`, `at LINE SECONDS` before each statement of the script,
`memory-error`, `peak-mb NUMBER`, `ended`, and those of the watch: `opened PATH` below ./input, `outside PATH`,
`program COMMAND`, `socket ADDRESS`, `forbidden REASON`.
Only modules that the interpreter has loaded anyway are imported: this stands before every execution.
"""

import builtins
import gc
import os
import resource
import sys
import time

#: Of more statements than that nobody is told where the time went.
MAX_STATEMENTS = 2000
ONLY_AST = 0x400
#: Every flag of `from __future__ import …`: they hold in all of a script.
FUTURES = 0x1FE0000


def limit(kind, value):
    """Lowers a limit, never above what the hard limit allows."""
    _, hard = resource.getrlimit(kind)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (value, value))


def set_limits(file_mb, open_files, data_mb):
    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_FSIZE, file_mb << 20)
    limit(resource.RLIMIT_NOFILE, open_files)
    # A net under the watcher of memory in use: one huge allocation fails at once. Generous,
    # because the stacks of threads and untouched pages count as well.
    if sys.platform == "linux":
        limit(resource.RLIMIT_DATA, data_mb << 20)


def close_inherited():
    """Whatever files the harness itself was started with are none of the script's business."""
    try:
        descriptors = [int(name) for name in os.listdir("/proc/self/fd")]
    except OSError:
        descriptors = range(3, 256)
    for descriptor in descriptors:
        if descriptor > 2:
            try:
                os.close(descriptor)
            except OSError:
                continue  # The one that the listing itself used.


def refuse_calls(filter):
    """Engines differ in what they refuse; from here on this process and all it starts keep to ours as well."""
    import binascii
    import ctypes

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]

    instructions = binascii.a2b_base64(filter)
    program = Program(len(instructions) // 8, instructions)
    set_seccomp, by_filter = 22, 2
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(set_seccomp, by_filter, ctypes.byref(program), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the filter of system calls was refused")


def writer(trace):
    write = os.write

    def note(text):
        try:
            write(trace, os.fsencode(text) + b"\0")
        except (OSError, UnicodeError):
            return  # The script closed every file it found, or filled the disk.

    return note


def ours(name):
    """A module beside this file, beside which nothing is written: it may lie in the user's own copy of the program."""
    sys.dont_write_bytecode = True
    module = __import__(name)
    sys.dont_write_bytecode = False
    return module


def watch(trace, descriptor, rules):
    """Notes what the script does with files, programs and sockets, and ends it where it must not."""
    sys.path[0] = os.path.join(os.path.dirname(os.path.abspath(__file__)), "watch")
    ours("mle_star_watch").begin(os.path.abspath(trace), descriptor, rules)


def peak_mb():
    scale = 1 << 20 if sys.platform == "darwin" else 1 << 10
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(kind).ru_maxrss for kind in kinds) // scale


def statements(source, path, flags):
    """The line of each statement of a script, and its code."""
    tree = compile(source, path, "exec", ONLY_AST)
    for statement in tree.body:
        part = type(tree)([statement], [])
        yield statement.lineno, compile(part, path, "exec", flags, dont_inherit=True)


def execute(path, note):
    """
    Runs the script as the interpreter would have, its own __main__, argv, path and traceback, but for its text: answers
    could stand there in ways that nobody weighs. Workers that are not forked import the compiled code in its place.
    One statement after the other, each noted before, so that it is known where the time goes.
    """
    compiled = path + "c"
    main = type(sys)("__main__")
    main.__dict__.update(__file__=compiled, __builtins__=builtins, __annotations__={})
    sys.modules["__main__"] = main
    sys.argv[:] = [path]
    sys.path[0] = os.getcwd()
    with open(path, "rb") as file:
        source = file.read()
    code = compile(source, path, "exec")
    parts = list(statements(source, path, code.co_flags & FUTURES))
    del source
    os.unlink(path)
    with open(compiled, "wb") as file:
        file.write(sys.modules["_frozen_importlib_external"]._code_to_timestamp_pyc(code))
    if len(parts) > MAX_STATEMENTS:
        exec(code, main.__dict__)
        return
    del code
    begun, clock = time.monotonic(), time.monotonic
    while parts:
        line, code = parts.pop(0)
        note(f"at {line} {clock() - begun:.2f}")
        exec(code, main.__dict__)


def main():
    script, trace, *numbers = sys.argv[1:]
    close_inherited()
    set_limits(*map(int, numbers[:3]))
    proxy = os.environ.get("MLE_STAR_PROXY_SOCKET")
    if proxy:
        open_network = ours("open_network")
        open_network.open_network(proxy)
        open_network.open_caches(os.environ.get("MLE_STAR_WEIGHTS", ""))
    if numbers[5:]:
        # Before any file is open for writing: nothing could be made read-only below it.
        ours("confine").confine(numbers[5:])
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
    descriptor = os.open(trace, flags, 0o600)
    note = writer(descriptor)
    filter = "".join(numbers[4:5])
    if filter:
        refuse_calls(filter)
    note("started")
    watch(trace, descriptor, numbers[3])
    try:
        execute(script, note)
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
        note(f"peak-mb {peak_mb()}")
        note("ended")


main()
