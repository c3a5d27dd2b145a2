"""Builds fashion-items: 10,000 Fashion-MNIST pictures as PNG files with tables that name them.

Source: Debian package dataset-fashion-mnist. 1,000 pictures of each kind are drawn from the 60,000 training pictures by
a fixed seed, 700 of them for training. Needs nothing but Python.
"""

import gzip
import os
import random
import struct
import sys
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "rebuilding"))

from build import arguments, write_competition  # noqa: E402
from sources import debian_package  # noqa: E402

SEED = 20260101
EACH, EACH_TRAIN = 1000, 700
SIDE = 28


def read_idx(root, name, header):
    """The bytes of an idx file after its header."""
    path = os.path.join(root, "usr", "share", "datasets", "fashion-mnist", name)
    with gzip.open(path if os.path.exists(path) else os.path.join(root, name)) as file:
        return file.read()[header:]


def png(pixels):
    """A grey picture as PNG."""
    lines = b"".join(b"\0" + pixels[at : at + SIDE] for at in range(0, SIDE * SIDE, SIDE))
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 0, 0, 0, 0)
    parts = (b"IHDR", header), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )


def main():
    """Draws, numbers and writes."""
    options = arguments(__doc__, "fashion-items")
    root = debian_package("dataset-fashion-mnist", options.source)
    images, labels = (
        read_idx(root, "train-images-idx3-ubyte.gz", 16),
        read_idx(root, "train-labels-idx1-ubyte.gz", 8),
    )
    chance = random.Random(SEED)
    train, test = [], []
    for kind in range(10):
        drawn = chance.sample([at for at, label in enumerate(labels) if label == kind], EACH)
        train += drawn[:EACH_TRAIN]
        test += drawn[EACH_TRAIN:]
    chance.shuffle(train)
    chance.shuffle(test)
    ids = chance.sample(range(1, len(train) + len(test) + 1), len(train) + len(test))
    number = dict(zip(train + test, ids))
    os.makedirs(os.path.join(options.out, "images"), exist_ok=True)
    for at in train + test:
        with open(os.path.join(options.out, "images", f"{number[at]}.png"), "wb") as file:
            file.write(png(images[at * SIDE * SIDE : (at + 1) * SIDE * SIDE]))

    def rows(part):
        return [([number[at], f"images/{number[at]}.png"], labels[at]) for at in part]

    write_competition(options, ["id", "image"], "label", rows(train), rows(test), "0")


if __name__ == "__main__":
    main()
