"""Source packages: fetched by the ordinary client of their registry, or given as a folder or an archive."""

import os
import subprocess
import sys
import tarfile
import tempfile


def npm_package(name, version, given=None):
    """Path of an unpacked npm package; `given`: its folder or archive, fetched from the registry when None."""
    if given and os.path.isdir(given):
        return inner(given, "package")
    folder = tempfile.mkdtemp(prefix="mle-star-source-")
    if not given:
        run(["npm", "pack", "--silent", f"{name}@{version}"], folder)
    archive = given or only_file(folder, ".tgz")
    with tarfile.open(archive) as tar:
        extract(tar, os.path.join(folder, "unpacked"))
    return os.path.join(folder, "unpacked", "package")


def debian_package(name, given=None):
    """Path of the root of an unpacked Debian package; `given`: its folder or archive, fetched when None."""
    if given and os.path.isdir(given):
        return given
    folder = tempfile.mkdtemp(prefix="mle-star-source-")
    if not given:
        run(["apt-get", "download", name], folder)
    return unpack_deb(given or only_file(folder, ".deb"), os.path.join(folder, "unpacked"))


def unpack_deb(path, target):
    """A .deb is an `ar` archive with a tar of the files in it."""
    with open(path, "rb") as file:
        if file.read(8) != b"!<arch>\n":
            sys.exit(f"{path}: not a Debian package")
        while header := file.read(60):
            name, size = header[:16].decode().strip().rstrip("/"), int(header[48:58])
            start = file.tell()
            if name.startswith("data.tar"):
                with tarfile.open(fileobj=file) as tar:
                    extract(tar, target)
                return target
            file.seek(start + size + size % 2)
    sys.exit(f"{path}: holds no files")


def extract(tar, target):
    """Nothing may be written outside the target; the oldest Pythons cannot promise it, and say so themselves."""
    safe = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
    tar.extractall(target, **safe)


def run(command, folder):
    """Runs a client; its failure ends the script with the way out."""
    try:
        done = subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=False)
    except FileNotFoundError:
        sys.exit(f"{command[0]} is not installed; fetch the package elsewhere and give it with --source")
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed; fetch the package elsewhere and give it with --source")


def only_file(folder, ending):
    """The one file that a client left behind."""
    found = [name for name in os.listdir(folder) if name.endswith(ending)]
    if len(found) != 1:
        sys.exit(f"expected one {ending} file in {folder}, found {len(found)}")
    return os.path.join(folder, found[0])


def inner(folder, name):
    """`folder/name` where it is there, else the folder."""
    path = os.path.join(folder, name)
    return path if os.path.isdir(path) else folder
