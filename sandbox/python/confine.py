"""Confines a script that runs as an ordinary process by what Linux grants to anyone; nothing is compiled.

Folders of its own in place of /tmp, /dev/shm and homes (mount namespace), then Landlock: what may be read, what may be
written. Kernels differ: what is missing is left out, and what was achieved is returned.
Source: the kernel's documentation, userspace-api/landlock (ABI 1 to 7).
"""

import ctypes
import os
import sys

from open_network import drop_capabilities

libc = ctypes.CDLL(None, use_errno=True)

# mount(2)
BIND, RECURSIVE, MOVE, NO_SUID, NO_DEVICES = 0x1000, 0x4000, 0x2000, 0x2, 0x4
# mount_setattr(2), in Linux 5.12 and later
MOUNT_SETATTR, CURRENT_FOLDER, READ_ONLY, RECURSIVELY = 442, -100, 1, 0x8000
# prctl(2)
NO_NEW_PRIVILEGES = 38
# landlock_create_ruleset(2), the same numbers on every architecture
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
PATH_BENEATH = 1

EXECUTE, WRITE_FILE, READ_FILE, READ_FOLDER = 1 << 0, 1 << 1, 1 << 2, 1 << 3
REFER, TRUNCATE, DEVICE_CONTROL = 1 << 13, 1 << 14, 1 << 15
READING = EXECUTE | READ_FILE | READ_FOLDER
# Of a file, not a folder.
OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | DEVICE_CONTROL
TCP = 0x3  # bind, connect
SCOPES = 0x3  # abstract sockets, signals

SYSTEM = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/gnu/store", "/proc", "/sys"]
# How libraries, names, times and fonts are found; the rest of /etc may hold what is nobody's business.
SETTINGS = """ld.so.cache ld.so.conf ld.so.conf.d alternatives fonts passwd group hosts host.conf nsswitch.conf
    protocols services localtime timezone mime.types os-release ssl OpenCL vulkan""".split()
DEVICES = ["null", "zero", "full", "random", "urandom", "tty"]
GPU_DEVICES = ("nvidia", "dri", "kfd", "dxg")


def confine(arguments):
    """Keeps this process and all it starts to the files of a plan; the names of what was achieved.

    arguments: `KIND=PATH` each: `read`, `write`, `hide` (a folder of which only what is needed is shown), `beside`
    (the folder of the interpreter as it was named, first in PATH), `temporary`
    (the folder that stands in for /tmp) and `shared` (bytes of shared memory; both named only where this process has
    namespaces of its own), `closed` (no TCP).
    """
    plan = {}
    for argument in arguments:
        kind, _, path = argument.partition("=")
        plan.setdefault(kind, []).append(path)
    hidden, writes = plan.get("hide", []), plan.get("write", [])
    reads = plan.get("read", []) + own_folders(hidden, plan.get("beside", []))
    achieved = []
    if "temporary" in plan and has_right_to_mount():
        [temporary], [shared] = plan["temporary"], plan["shared"]
        achieved = hide([*hidden, "/dev/shm", "/tmp"], reads + writes, temporary, shared) + keep_from_changes(writes)
        os.chdir(os.getcwd())
    drop_capabilities()
    if libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0:
        achieved.append("no-new-privileges")
    # Without one of its own a script shares the shared memory: libraries make their locks there.
    own = ["/tmp"] if "/tmp" in achieved else []
    return achieved + restrict(reads, [*writes, "/dev/shm", *own], "closed" in plan)


def own_folders(hidden, places):
    """Where this interpreter and its packages lie, but for folders that would show what is to be hidden."""
    places = [*places, sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix, *filter(os.path.isdir, sys.path)]
    places.append(os.path.dirname(os.path.realpath(sys.executable)))
    places.append(os.path.dirname(os.path.abspath(__file__)))
    found = {each for place in places for each in (os.path.abspath(place), os.path.realpath(place))}
    return sorted(place for place in found if not any(within(folder, place) for folder in [*hidden, "/etc", "/var"]))


def within(path, folder):
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def has_right_to_mount():
    with open("/proc/self/status") as file:
        status = dict(line.split(":", 1) for line in file)
    return int(status["CapEff"], 16) >> 21 & 1  # CAP_SYS_ADMIN


def mount(source, target, kind, flags, options=None):
    encoded = [None if each is None else os.fsencode(each) for each in (source, target, kind)]
    data = None if options is None else os.fsencode(options)
    if libc.mount(*encoded, ctypes.c_ulong(flags), data) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), target)


def hide(folders, needed, temporary, shared):
    """Puts an empty folder over each, /tmp the last, in which only what is needed is shown; those that were covered."""
    achieved = []
    for folder in folders:
        # What stands in for /tmp is not shown in it as well.
        inside = [path for path in needed if within(path, folder) and (folder, path) != ("/tmp", temporary)]
        # What is needed as a whole cannot be covered; another name of a folder is covered by its own.
        if not os.path.isdir(folder) or os.path.realpath(folder) != folder or folder in inside:
            continue
        try:
            cover(folder, inside, temporary, shared)
        except OSError as error:
            print(f"mle-star: {folder} cannot be hidden: {error}", file=sys.stderr)
            continue
        achieved.append(folder)
    if "/tmp" in achieved:
        os.environ.update({name: "/tmp" for name, value in os.environ.items() if value == temporary})
    return achieved


def cover(folder, inside, temporary, shared):
    stage = temporary
    # The folder that stands in for /tmp is used to make the others.
    if folder != "/tmp":
        stage = os.path.join(temporary, "stage")
        os.mkdir(stage)
        options = f"mode=1777,size={shared}" if folder == "/dev/shm" else "mode=755"
        mount("tmpfs", stage, "tmpfs", NO_SUID | NO_DEVICES, options)
    for path in inside:
        place = os.path.join(stage, os.path.relpath(path, folder))
        if os.path.isdir(path):
            os.makedirs(place, exist_ok=True)
        elif not os.path.exists(place):
            os.makedirs(os.path.dirname(place), exist_ok=True)
            open(place, "w").close()
        # Where temporary files have another place, the folder of the next stages lies in what is covered: shown without this one.
        mount(path, place, None, BIND if path == temporary else BIND | RECURSIVE)
    if folder == "/tmp":
        # On the disk, so that what is written there counts as written by the script.
        mount(stage, folder, None, BIND | RECURSIVE)
    else:
        mount(stage, folder, None, MOVE)
        os.rmdir(stage)


def keep_from_changes(writes):
    """Makes all mounts read-only but those of the folders that may be written: Landlock lets modes and owners be changed."""
    folders = [path for path in [*writes, "/tmp", "/dev/shm"] if os.path.isdir(path)]
    try:
        for path in folders:
            mount(path, path, None, BIND | RECURSIVE)
        set_attributes("/", READ_ONLY, 0, RECURSIVELY)
        for path in folders:
            set_attributes(path, 0, READ_ONLY, 0)
    except OSError as error:
        print(f"mle-star: the system stays changeable: {error}", file=sys.stderr)
        return []
    return ["read-only"]


def set_attributes(path, added, removed, flags):
    attributes = (ctypes.c_uint64 * 4)(added, removed, 0, 0)
    if libc.syscall(MOUNT_SETATTR, CURRENT_FOLDER, os.fsencode(path), flags, attributes, ctypes.sizeof(attributes)) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), path)


class Rules(ctypes.Structure):
    _fields_ = [("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64)]


class PathRule(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32)]


def restrict(reads, writes, closes_tcp):
    """Landlock: from here on nothing but these paths can be opened; what was achieved."""
    version = libc.syscall(CREATE_RULESET, None, 0, 1)
    if version < 1:
        return []
    everything = (1 << 13) - 1
    everything |= (REFER if version >= 2 else 0) | (TRUNCATE if version >= 3 else 0)
    everything |= DEVICE_CONTROL if version >= 5 else 0
    rules = Rules(everything, TCP if closes_tcp and version >= 4 else 0, SCOPES if version >= 6 else 0)
    size = 8 if version < 4 else 16 if version < 6 else 24
    ruleset = libc.syscall(CREATE_RULESET, ctypes.byref(rules), size, 0)
    if ruleset < 0:
        return []
    devices = [name for name in os.listdir("/dev") if name in DEVICES or name.startswith(GPU_DEVICES)]
    for path in [*SYSTEM, *(os.path.join("/etc", name) for name in SETTINGS), *reads]:
        allow(ruleset, path, READING & everything)
    for path in [*writes, *(os.path.join("/dev", name) for name in devices)]:
        allow(ruleset, path, everything)
    done = libc.syscall(RESTRICT_SELF, ruleset, 0) == 0
    os.close(ruleset)
    if not done:
        return []
    return [f"landlock {version}", *(["no-tcp"] if rules.network else [])]


def allow(ruleset, path, rights):
    try:
        folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # Not on this system.
    rule = PathRule(rights if os.path.isdir(path) else rights & OF_FILES, folder)
    libc.syscall(ADD_RULE, ruleset, PATH_BENEATH, ctypes.byref(rule), 0)
    os.close(folder)


if __name__ == "__main__":
    print("\n".join(confine(sys.argv[1:])))
