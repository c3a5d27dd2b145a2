"""Judges programs that are started, sockets that are tried, and tricks against the watch; see `mle_star_watch`."""

import os

from mle_star_frames import sealed
from mle_star_places import plain_items, plain_text

#: Programs that libraries start, and nobody else may: what they look up, compile or decode.
PROGRAMS = {
    "lscpu": "physical cores, by joblib",
    "nvidia-smi": "GPUs, by torch and xgboost",
    "rocm-smi": "GPUs, by torch",
    "rocminfo": "GPUs, by torch",
    "ldconfig": "libraries, by ctypes.util.find_library",
    "uname": "the processor's name, by platform",
    "file": "the interpreter's format, by platform",
    "ip": "an address for identifiers, by uuid",
    "ifconfig": "an address for identifiers, by uuid",
    "hostname": "the machine's name, by uuid and lightning",
    "lsb_release": "the system's name, by distro",
    "git": "the version of a checkout, by lightning",
    "which": "where a compiler lies, by torch",
    "openssl": "the digest of a header, by torch",
    "fc-list": "fonts, by matplotlib",
    "dot": "the picture of a tree, by graphviz",
    "ffmpeg": "audio and video, by imageio and librosa",
    "ffprobe": "audio and video, by imageio and librosa",
    **dict.fromkeys(("gcc", "cc", "c++", "g++", "clang", "clang++"), "kernels, by triton and torch"),
    **dict.fromkeys(("ld", "as", "objdump", "ptxas"), "kernels, by triton and torch; libraries, by ctypes"),
}
#: Raised by us where the interpreter has no event of its own: multiprocessing and joblib start workers this way.
STARTED = "mle-star.started"
UNLOAD = {
    "os": ("system", "popen", "execv", "execve", "execvp", "fork", "posix_spawn", "remove", "rename", "_exit"),
    "builtins": ("eval", "exec", "compile", "__import__", "open"),
    "runpy": ("run_path", "run_module"),
    "pty": ("spawn",),
}
#: Modules that run or reach what no hook sees.
UNSEEN = ("_posixsubprocess", "_testcapi", "_testinternalcapi", "_xxsubinterpreters", "_interpreters", "_ctypes_test",
          "cffi", "_cffi_backend")  # fmt: skip
#: Events that libraries may cause, and scripts have no honest use for.
TRICKS = {
    "sys.addaudithook": "added an audit hook",
    "sys.settrace": "traced the interpreter",
    "sys.setprofile": "traced the interpreter",
    "sys._current_frames": "read the interpreter's frames",
    "gc.get_objects": "searched the interpreter's objects",
    "gc.get_referrers": "searched the interpreter's objects",
    "gc.get_referents": "searched the interpreter's objects",
    "code.__new__": "put code together",
    "marshal.loads": "loaded compiled code",
    "object.__setattr__": "changed the inside of a function",
    "ctypes.dlopen": "called into C",
    "ctypes.dlsym": "called into C",
    "ctypes.dlsym/handle": "called into C",
    "ctypes.call_function": "called into C",
    "ctypes.cdata": "called into C",
    "ctypes.cdata/buffer": "called into C",
    "ctypes.string_at": "read memory",
    "ctypes.wstring_at": "read memory",
    "ctypes.memoryview_at": "read memory",
    "ctypes.PyObj_FromPtr": "read memory",
}


def judges(note, end, caller, libraries, inherited_settings):
    return {
        **start_judges(note, end, caller, inherited_settings),
        **socket_judges(note, end, caller),
        **trick_judges(end, caller, libraries, inherited_settings),
    }


def announce_starts(inherited_settings):
    """The interpreter tells nobody of programs that are started by this function; they are watched, whoever starts them."""
    import _posixsubprocess
    import sys

    start, audit, encode, started = _posixsubprocess.fork_exec, sys.audit, os.fsencode, STARTED
    inherited_settings = [encode(name + "=" + value) for name, value in inherited_settings.items()]
    names = tuple(each.partition(b"=")[0] + b"=" for each in inherited_settings)

    def fork_exec(arguments, programs, close, kept, folder, environment, *others):
        if environment is not None:
            # Libraries hand on all of their own path, which is where the child would find it as well.
            environment = [each for each in environment if not each.startswith(names)] + inherited_settings
        audit(started, programs[0], arguments, None)
        return start(arguments, programs, close, kept, folder, environment, *others)

    _posixsubprocess.fork_exec = sealed(fork_exec)


def start_judges(note, end, caller, inherited_settings):
    exact, items, kind, programs, letter_set = plain_text(), plain_items(), type, PROGRAMS, set
    inherited = tuple(name + "=" + value for name, value in inherited_settings.items())
    # Its dictionary, since its methods may have become another's.
    own, whole = vars(os.environ), os.environ

    def texts(values):
        return [exact(each) for each in values]

    def judge(path, arguments, environment):
        name = exact(path).rpartition("/")[2]
        arguments = texts(items(arguments))
        command = " ".join((name, *arguments[1:]))
        note("program " + command[:200])
        by = caller()
        if by != "script" and name in programs:
            return
        # Workers of libraries run on in interpreters of their own, which are watched like this one.
        if by != "script" and name.startswith("python"):
            given = inherited if environment is None else environment_texts(environment)
            flags = first_flags(arguments[1:])
            if not flags.intersection("IES") and not [each for each in inherited if each not in given]:
                return
        end("started " + command[:120])

    def first_flags(arguments):
        """Letters of the options for the interpreter itself; some keep it from being watched."""
        letters = ""
        for each in arguments:
            if each in ("-c", "-m") or not each.startswith("-"):
                break
            letters += each
        return letter_set(letters)

    def environment_texts(environment):
        settings = own.get("_data") if environment is whole else environment
        if kind(settings) is not kind({}):
            return texts(items(settings))
        return ["=".join(texts(pair)) for pair in settings.items()]

    def shell(arguments):
        judge("sh", ("sh", "-c", arguments[0]), None)

    return {
        STARTED: lambda given: judge(*given),
        "os.posix_spawn": lambda given: judge(*given),
        "os.exec": lambda given: judge(*given),
        "os.spawn": lambda given: judge(given[1], given[2], given[3]),
        "os.system": shell,
        "pty.spawn": lambda given: judge(given[0][0], given[0], None),
    }


def socket_judges(note, end, caller):
    """Unix sockets in its own folders are how workers talk; the rest leads out, where only a proxy of ours may be."""
    exact, items, kind, number = plain_text(), plain_items(), type, int
    derives, texts, pair = issubclass, (str, bytes), tuple
    is_open = os.environ.get("MLE_STAR_PROXY_SOCKET", "") != ""
    own = tuple({os.environ.get("TMPDIR", "/tmp") + "/", os.getcwd() + "/", "\0"})
    local = ("localhost", "127.0.0.1", "::1", "0.0.0.0", "::", "")

    def leave(what):
        note("socket " + what[:200])
        # A library that looks for a newer version of itself while it is imported finds no way out, and goes on.
        if not is_open and caller() != "import":
            end(what[:120])

    def connected(arguments):
        address = arguments[1]
        if derives(kind(address), pair):
            host, *others = [*items(address), "", ""]
            # Two numbers name a process or a machine; a namespace or a filter of calls has those.
            if derives(kind(host), number):
                return
            port = others[0] if kind(others[0]) is number else "?"
            return leave("connected to " + (exact(host) if derives(kind(host), texts) else "a host") + f" port {port}")
        if not derives(kind(address), texts):
            return leave("connected to an address that cannot be read")
        address = exact(address)
        if not address.startswith(own) and address.startswith("/"):
            leave("connected to " + address)

    def bound(arguments):
        if derives(kind(arguments[1]), pair):
            note("socket bound")

    def looked_up(arguments):
        host = arguments[0]
        if host is None:
            return
        host = exact(host) if derives(kind(host), texts) else "a host"
        if host not in local:
            leave("looked up " + host)

    return {
        "socket.connect": connected,
        "socket.sendto": connected,
        "socket.sendmsg": lambda given: given[1] is None or connected(given),
        "socket.bind": bound,
        "socket.getaddrinfo": looked_up,
        "socket.gethostbyname": looked_up,
    }


def trick_judges(end, caller, libraries, inherited_settings):
    exact = plain_text()
    unseen, unload, installed = UNSEEN, UNLOAD, (*libraries, "<frozen ")

    def forbidden_to_scripts(what):
        def judge(_):
            if caller() == "script":
                end(what)

        return judge

    def imported(arguments):
        name = exact(arguments[0])
        if name in unseen and caller() == "script":
            end("imported " + name)

    def compiled(arguments):
        # Of a syntax tree there may be none.
        name = "" if arguments[1] is None else exact(arguments[1])
        if name.startswith(installed) and caller() == "script":
            end("compiled code under the name of a library")

    def unpickled(arguments):
        module, name = exact(arguments[0]), exact(arguments[1])
        if module in ("subprocess", "posix", "socket") or name in unload.get(module, ()):
            end("unpickled a call of " + module + "." + name)

    def set_variable(arguments):
        if exact(arguments[0]) in inherited_settings:
            end("changed what its workers are watched by")

    judged = {event: forbidden_to_scripts(what) for event, what in TRICKS.items()}
    judged.update({"import": imported, "compile": compiled, "pickle.find_class": unpickled})
    judged.update(dict.fromkeys(("os.putenv", "os.unsetenv"), set_variable))
    return judged
