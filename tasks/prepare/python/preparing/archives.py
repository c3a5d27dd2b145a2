"""Files out of archives, by one interface: zip, tar, 7z, and single files packed with gzip, bzip2 or xz."""

import bz2
import gzip
import lzma
import os
import re
import stat
import tarfile
import zipfile
import zlib

import sevenzip
from errors import Refused

PART = 1 << 20
SINGLE = {"gz": gzip.open, "bz2": bz2.open, "xz": lzma.open}
MAGIC = {b"PK\x03\x04": "zip", b"\x1f\x8b": "gz", b"BZh?1AY&SY": "bz2", b"\xfd7zXZ\0": "xz", b"7z\xbc\xaf\x27\x1c": "7z"}
SUFFIX = re.compile(r"\.(zip|7z|tar|tgz|tbz2|txz|(?:tar\.)?(?:gz|bz2|xz))$", re.I)
BROKEN = (ValueError, OSError, EOFError, zipfile.BadZipFile, tarfile.TarError, lzma.LZMAError, zlib.error,
          NotImplementedError, RuntimeError)
ADVICE = "unpack it yourself and put the files into the folder"


def kind_of(path):
    """What kind of archive a file is, or None: by its content, and a tar by its name as well."""
    with open(path, "rb") as file:
        head = file.read(10)
    if head.startswith(b"BZh"):
        # Any digit may stand there: the size of the blocks.
        head = head[:3] + b"?" + head[4:]
    kind = next((kind for magic, kind in MAGIC.items() if head.startswith(magic)), None)
    suffix = SUFFIX.search(path)
    name = suffix.group(1).lower() if suffix else ""
    if name in ("tar", "tgz", "tbz2", "txz") or name.startswith("tar."):
        return "tar"
    return kind


def stem_of(name):
    """The name of an archive without what says that it is one."""
    return SUFFIX.sub("", name)


def list_members(path, kind, shown):
    """(name, size) of each file; the size is None where the archive does not say it. Raises `Refused`."""
    try:
        if kind in SINGLE:
            return [(stem_of(os.path.basename(shown)), None)]
        if kind == "7z":
            return [tuple(member) for member in sevenzip.list_members(path)]
        if kind == "tar":
            with tarfile.open(path) as archive:
                return [(member.name, member.size) for member in archive if member.isfile()]
        with zipfile.ZipFile(path) as archive:
            return [(info.filename, info.file_size) for info in zip_files(archive)]
    except BROKEN as error:
        raise broken(shown, error) from error


def unpack(path, kind, shown, write):
    """Calls `write(name, chunks)` for each file. Raises `Refused`, also where a member points out of the folder."""
    try:
        if kind in SINGLE:
            with SINGLE[kind](path, "rb") as file:
                write(stem_of(os.path.basename(shown)), parts(file))
        elif kind == "7z":
            sevenzip.unpack(path, write)
        elif kind == "tar":
            with tarfile.open(path) as archive:
                for member in archive:
                    if member.isfile():
                        write(member.name, parts(archive.extractfile(member)))
        else:
            with zipfile.ZipFile(path) as archive:
                for info in zip_files(archive):
                    with archive.open(info) as file:
                        write(info.filename, parts(file))
    except BROKEN as error:
        raise broken(shown, error) from error


def zip_files(archive):
    """The plain files of a zip archive."""
    for info in archive.infolist():
        if info.flag_bits & 1:
            raise ValueError("it is encrypted")
        if not info.is_dir() and not stat.S_ISLNK(info.external_attr >> 16):
            yield info


def parts(file):
    while part := file.read(PART):
        yield part


def broken(shown, error):
    """What to tell of an archive that cannot be read."""
    what = str(error).strip().split("\n")[0] or type(error).__name__
    return Refused(f"{shown}: this archive cannot be unpacked ({what}); {ADVICE}")


def safe_name(name, shown):
    """The path of a member with `/` between its parts; refuses one that leads out of the folder."""
    path = name.replace("\\", "/")
    pieces = [piece for piece in path.split("/") if piece not in ("", ".")]
    if path.startswith("/") or ".." in pieces or re.match(r"[A-Za-z]:", path) or "\0" in path or not pieces:
        raise Refused(f"{shown}: the member {name[:80]!r} points out of the folder; {ADVICE} if you trust it")
    return "/".join(pieces)
