"""How a small model is asked and answers where it was trained on less than the whole question (`asked.ts`)."""

import re

SCRIPT = re.compile(r"^# Script\n(`{3,})python\n(.*?)\n\1$", re.DOTALL | re.MULTILINE)
PATCH = re.compile(r"^Replace:\n(.*?)\nWith:(?:\n(.*))?$", re.DOTALL | re.MULTILINE)

# Frames of libraries, marks below code, and the folder of the script.
FRAMES = (
    (re.compile(r'^ {2}File "(?![^"\n]*solution\.py")[^\n]*\n(?: {4}[^\n]*\n)*', re.MULTILINE), ""),
    (re.compile(r"^ {4,}[~^]+[~^ ]*\n", re.MULTILINE), ""),
    (re.compile(r'^( {2}File ")[^"\n]*/(?=solution\.py")', re.MULTILINE), r"\1"),
)


def shown(messages, asked):
    """The messages as they were in its rows."""
    kept = [each for each in messages if asked["brief"] or each["role"] != "system"]
    last = max((place for place, each in enumerate(kept) if each["role"] == "user"), default=None)
    return [
        {**each, "content": cut(each["content"], asked)} if place == last else each
        for place, each in enumerate(kept)
    ]


def cut(text, asked):
    if asked["from"] is not None:
        text = below(text, asked["from"])
    if asked["ownFrames"]:
        for found, instead in FRAMES:
            text = found.sub(instead, text)
    return text


def below(text, line):
    at = f"\n{text}".find(f"\n{line}\n")
    return text if at == -1 else text[at:]


def carried_out(messages, said):
    """The answer with its patch made to the script of the question; as it was said where it cannot be made."""
    question = next((each["content"] for each in reversed(messages) if each["role"] == "user"), "")
    script, patch = SCRIPT.search(question), PATCH.search(said)
    if not script or not patch:
        return said
    lines = script.group(2).split("\n")
    old, new = patch.group(1).split("\n"), (patch.group(2) or "").rstrip("\n").split("\n")
    at = place_of(lines, old)
    if at is None:
        return said
    whole = "\n".join(lines[:at] + ([] if new == [""] else new) + lines[at + len(old) :])
    mark = script.group(1)
    return f"{said[: patch.start()].rstrip()}\n\n{mark}python\n{whole}\n{mark}"


def place_of(lines, part):
    """Where these lines stand; None where they do not, or more than once."""
    places = [at for at in range(len(lines) - len(part) + 1) if lines[at : at + len(part)] == part]
    return places[0] if len(places) == 1 else None
