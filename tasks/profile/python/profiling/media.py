"""What the media files of a competition look like, read from their headers; of many files an even sample."""

import os
import struct
from collections import Counter

import numpy as np

from images import image_facts
from sounds import sound_facts

SAMPLE = 400
MAX_VALUES = 8
# Endings of files whose headers are known here; of others nothing is said.
KNOWN = {
    *("png", "jpg", "jpeg", "gif", "bmp", "webp", "tif", "tiff"),
    *("wav", "flac", "ogg", "oga", "opus", "mp3", "aif", "aiff", "au"),
}


def profile_media(folder, others, column, cells):
    """Extension, size and channels of the first file, and what a sample of all says; None when there is no file."""
    names = list(dict.fromkeys(str(cell) for cell in cells.dropna()))
    known = index_of(folder, others)
    first = next((path for name in names[:SAMPLE] if (path := find_file(folder, known, name)) is not None), None)
    if first is None:
        return None
    size = facts_of(first) or {}
    written = os.path.splitext(first)[1].lstrip(".").lower()
    # What a file is called by is not always what it holds.
    extension = written if written in KNOWN else size.get("format", written)
    paths = [find_file(folder, known, name) for name in evenly(names)]
    return {
        "column": column,
        "extension": extension,
        "width": size.get("width"),
        "height": size.get("height"),
        "channels": size.get("channels") if "width" in size else None,
        "sample": summary(names, paths) if extension in KNOWN else None,
    }


def evenly(names):
    """At most so many of them, from all over."""
    return [names[place] for place in np.unique(np.linspace(0, len(names) - 1, SAMPLE).astype(int))]


def index_of(folder, others):
    """Name with and without extension -> path, of all files in the folders; those for training come first."""
    found = {}
    for other in sorted(others, key=lambda name: "train" not in name.lower()):
        for place, folders, names in os.walk(os.path.join(folder, other)):
            folders.sort()
            for name in sorted(names):
                for key in (name, os.path.splitext(name)[0]):
                    found.setdefault(key, os.path.join(place, name))
    return found


def find_file(folder, known, cell):
    """The file that a cell names: its path, or its name with or without extension in one of the folders."""
    path = os.path.join(folder, cell)
    return path if os.path.isfile(path) else known.get(cell)


def facts_of(path):
    """What the header says, or None where it is of no kind known here or broken."""
    try:
        return image_facts(path) or sound_facts(path)
    except (OSError, ValueError, IndexError, OverflowError, ZeroDivisionError, struct.error):
        return None


def summary(names, paths):
    """What the sampled files say together."""
    facts = [facts_of(path) for path in paths if path is not None]
    facts = [each for each in facts if each is not None]
    images = [each for each in facts if "width" in each]
    sounds = [each for each in facts if "seconds" in each]
    return {
        "files": len(names),
        "examined": len(paths),
        "unreadable": len(paths) - len(facts),
        "formats": counts(each["format"] for each in facts),
        "image": image_summary(images) if images else None,
        "sound": sound_summary(sounds) if sounds else None,
    }


def image_summary(images):
    """Sizes, channels and the span of the dates."""
    dates = sorted(each["date"] for each in images if each["date"] is not None)
    return {
        "width": spread(each["width"] for each in images),
        "height": spread(each["height"] for each in images),
        "channels": counts(each["channels"] for each in images if each["channels"] is not None),
        "dates": {"first": dates[0], "last": dates[-1], "count": len(dates)} if dates else None,
    }


def sound_summary(sounds):
    """Rates, lengths and channels."""
    return {
        "rates": counts(each["rate"] for each in sounds),
        "seconds": spread(each["seconds"] for each in sounds),
        "channels": counts(each["channels"] for each in sounds),
    }


def counts(values):
    """The commonest values, each with the number of files that have it."""
    order = sorted(Counter(values).items(), key=lambda pair: (-pair[1], str(pair[0])))
    return [{"value": str(value), "count": count} for value, count in order[:MAX_VALUES]]


def spread(values):
    """Least, middle and most; None where nothing is known."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    return {part: round(float(of(known)), 3) for part, of in (("min", min), ("median", np.median), ("max", max))}
