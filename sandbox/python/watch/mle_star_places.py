"""Classifies the place that a path lies in, all links followed; see `mle_star_watch`."""

import os

WEIGHTS = ("MLE_STAR_WEIGHTS", "HF_HOME", "HF_HUB_CACHE", "TORCH_HOME")
#: Of the system what libraries look up; recorded, and never written.
SYSTEM = ("/usr/", "/lib/", "/lib32/", "/lib64/", "/bin/", "/sbin/", "/etc/", "/sys/", "/dev/", "/opt/rocm", "/opt/cuda",
          "/proc/", "/run/systemd/", "/var/lib/dpkg/", "/var/cache/fontconfig/")  # fmt: skip
SECRET = ("/etc/shadow", "/etc/gshadow", "/etc/ssh/", "/etc/sudoers")
#: What every library may look up; not recorded.
PLAIN = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random", "/sys/devices/system/cpu", "/proc/cpuinfo", "/proc/meminfo",
         "/sys/fs/cgroup/", "/etc/localtime", "/usr/share/zoneinfo/", "/usr/share/fonts/", "/usr/local/share/fonts/",
         "/usr/X11")  # fmt: skip
#: Shared by all executions where the sandbox has no folder of its own for temporary files.
SHARED = ("/tmp/", "/var/tmp/", "/dev/shm/")
#: Names that libraries give their shared memory.
MEMORY = ("/dev/shm/joblib_memmapping_folder_", "/dev/shm/torch_", "/dev/shm/psm_", "/dev/shm/sem.", "/dev/shm/loky-")


def plain_text():
    """A path as a string and nothing else: a subclass could say one thing here and another to the system."""
    kind, text, exact, decode, derives = type, str, str.__str__, bytes.decode, issubclass

    def plain(given):
        if kind(given) is text:
            return given
        # Not by what its class says of itself, which a script may have written.
        return exact(given) if derives(kind(given), text) else decode(given, "utf-8", "surrogateescape")

    return plain


def plain_items():
    """What a list or tuple holds; of anything else, which could say one thing here and another to the system, nothing."""
    kind, derives, sequence, pair, copy, part, whole = type, issubclass, list, tuple, list.copy, tuple.__getitem__, slice(None)

    def items(given):
        if derives(kind(given), sequence):
            return copy(given)
        return part(given, whole) if derives(kind(given), pair) else ()

    return items


def locator():
    """The absolute path of a file, all links followed as the kernel would; folders are followed once."""
    readlink, getcwd, failure, tell, reverse, number = os.readlink, os.getcwd, OSError, type, reversed, int
    exact, folders = plain_text(), {}

    def follow(path):
        done, pending, hops = "", [*reverse(path.split("/"))], 0
        while pending:
            part = pending.pop()
            if part in ("", "."):
                continue
            if part == "..":
                done = done.rpartition("/")[0]
                continue
            try:
                target = readlink(done + "/" + part) if hops < 40 else None
            except failure:
                target = None
            if target is None:
                done = done + "/" + part
                continue
            hops += 1
            pending.extend(reverse(target.split("/")))
            if target.startswith("/"):
                done = ""
        return done or "/"

    def locate(given):
        if given is None or tell(given) is number:
            return None
        path = exact(given)
        if not path.startswith("/"):
            path = getcwd() + "/" + path
        folder, _, name = path.rpartition("/")
        if name in ("", ".", ".."):
            return follow(path)
        known = folders.get(folder)
        if known is None:
            known = folders[folder] = follow(folder)
        full = known + "/" + name if known != "/" else "/" + name
        try:
            readlink(full)
        except failure:
            return full
        return follow(full)

    return locate, folders.clear


def places(trace, libraries):
    """The kind of place that a path lies in, and what is left of an input's path."""
    own = os.path.dirname(os.path.realpath(trace))
    inputs = os.path.realpath(os.path.join(own, "input")) + "/"
    homes = {os.environ.get(name, "/tmp") for name in ("HOME", "TMPDIR")}
    # Where the sandbox has a folder for temporary files of its own, nobody else can have left anything there.
    shared = () if "/tmp" in homes else SHARED
    mine = tuple(os.path.realpath(home) + "/" for home in homes) + (own + "/",) + (SHARED if shared == () else ())
    weights = [os.environ[name] for name in WEIGHTS if os.environ.get(name, "").startswith("/")]
    weights = tuple({name + "/" for path in weights for name in (path, os.path.realpath(path)) if name != "/"})
    proxy = os.environ.get("MLE_STAR_PROXY_SOCKET", "")
    trace = os.path.realpath(trace)

    def place(path):
        if path.startswith(inputs):
            return "input", path[inputs.__len__() :]
        if path == trace:
            return "record", path
        folder = path + "/"
        if folder.startswith(mine) or folder == inputs:
            return "own", path
        if folder.startswith(weights):
            return "weights", path
        if folder.startswith(libraries):
            return "library", path
        if path.startswith(memory):
            return "memory", path
        if folder.startswith(shared):
            return "shared", path
        if folder.startswith(plain):
            return "plain", path
        if folder.startswith(system) and not folder.startswith(secret):
            return "system", path
        return "other", path

    system, secret, plain, memory = SYSTEM, SECRET, PLAIN, MEMORY
    return place
