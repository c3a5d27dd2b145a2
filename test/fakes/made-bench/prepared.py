"""A made-up prepared competition: its files, pictures and sounds, whose look says the kind."""

import csv
import math
import os
import random
import struct
import wave
import zlib


def png(path, pixels):
    """A grayscale picture, rows of bytes."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    raw = b"".join(b"\0" + bytes(row) for row in pixels)
    head = struct.pack(">IIBBBBB", len(pixels[0]), len(pixels), 8, 0, 0, 0, 0)
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b""))


def picture(draw, kind, size=16):
    """Noise with a bright band whose place says the kind."""
    band = range(2 + 5 * kind, 6 + 5 * kind)
    return [[min(255, draw.randrange(90) + (140 if y in band else 0)) for x in range(size)] for y in range(size)]


def sound(path, draw, kind):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    tone = (300, 900, 1800)[kind]
    with wave.open(path, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"".join(struct.pack("<h", int(9000 * math.sin(i * tone * 2 * math.pi / 8000)
                                                        + draw.gauss(0, 900))) for i in range(2000)))


class Made:
    """One competition: `public` and `private` folders, and a generator of its own."""

    def __init__(self, root, name):
        self.public = os.path.join(root, name, "prepared", "public")
        self.private = os.path.join(root, name, "prepared", "private")
        for folder in (self.public, self.private):
            os.makedirs(folder, exist_ok=True)
        self.draw = random.Random(name)
        self.text("description.md", f"# {name}\n\nA made-up competition in the layout of {name}.\n")

    def text(self, name, text, private=False):
        path = os.path.join(self.private if private else self.public, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def table(self, name, header, rows, private=False, delimiter=","):
        path = os.path.join(self.private if private else self.public, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)

    def image(self, name, kind):
        png(os.path.join(self.public, name), picture(self.draw, kind))

    def name(self):
        return "".join(self.draw.choice("0123456789abcdef") for _ in range(10))


TRAIN, TEST = 150, 60
WORDS = {"EAP": "raven tomb dread chamber beneath".split(), "HPL": "cosmic elder fungi arkham star".split(),
         "MWS": "lake heart creature alps sorrow".split()}
COMMON = "the of a and to in that with was upon".split()


def sentence(draw, words, length=14):
    return " ".join(draw.choice(words) if draw.random() < 0.3 else draw.choice(COMMON) for _ in range(length))
