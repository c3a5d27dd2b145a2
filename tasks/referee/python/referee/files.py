"""Files that appear whole or not at all."""

import hashlib
import json
import os
import shutil
import tempfile

import numpy as np


def sha256(path):
    """Content hash of one file; `absent` when there is none."""
    if not os.path.isfile(path):
        return "absent"
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def replace(path, write):
    """Calls `write(file)` on a temporary binary file beside `path`, syncs it, then renames it."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".part-")
    try:
        with os.fdopen(handle, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise


def write_json(path, value):
    """A JSON file, whole or not at all."""
    replace(path, lambda file: file.write(json.dumps(value, ensure_ascii=False).encode()))


def read_json(path):
    """A JSON file, or None when it is not there."""
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def write_arrays(path, **arrays):
    """Arrays in one file, whole or not at all."""
    replace(path, lambda file: np.savez_compressed(file, **arrays))


def read_arrays(path):
    """The arrays of one file, without unpickling anything."""
    with np.load(path, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def make_folder(path, fill):
    """Calls `fill(folder)` on a temporary folder, then renames it to `path`; leftovers of a kill are swept."""
    parent = os.path.dirname(path)
    os.makedirs(parent, exist_ok=True)
    prefix = f".part-{os.path.basename(path)}-"
    for name in os.listdir(parent):
        if name.startswith(prefix):
            shutil.rmtree(os.path.join(parent, name))
    temporary = tempfile.mkdtemp(dir=parent, prefix=prefix)
    try:
        fill(temporary)
        os.chmod(temporary, 0o755)
        os.rename(temporary, path)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
