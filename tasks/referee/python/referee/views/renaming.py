"""Other names for ids that sort as the old ones do and look like them."""

import re

# Shares of a step by which numbers are moved apart: no arithmetic on an old id fits a new one.
STRETCH = 3


def rename(names, rng):
    """Old name -> new one. Numbers within names get larger ones in the same order; parts that repeat stay the same."""
    tokens = [re.split(r"(\d+)", name) for name in names]
    count = max(map(len, tokens))
    moved = [move_numbers([parts[at] for parts in tokens if at < len(parts)], rng) for at in range(1, count, 2)]
    if not any(moved):
        return mix_letters(names, rng)
    return {name: "".join(moved[at // 2].get(part, part) if at % 2 else part for at, part in enumerate(parts))
            for name, parts in zip(names, tokens)}


def move_numbers(texts, rng):
    """Text of a number -> that of another; empty for what may be a date or is longer than a float holds exactly."""
    distinct = sorted(set(texts), key=lambda text: (int(text), text))
    if len(distinct) < 3 or max(map(len, distinct)) > 15 or all(is_date_part(text) for text in distinct):
        return {}
    padded = len(set(map(len, texts))) == 1 and len(distinct[0]) > 1
    value, new, last = int(rng.integers(1, 2 * STRETCH)), {}, -1
    for text in distinct:
        step = max(1, int(text) - last)
        value += step * (STRETCH - 1) + int(rng.integers(0, STRETCH)) + 1
        last = int(text)
        new[text] = value
    width = max(len(str(max(new.values()))), len(distinct[0])) if padded else 0
    return {text: str(value).zfill(width) for text, value in new.items()}


def is_date_part(text):
    """A year, or a whole day such as 20150304."""
    return (len(text) == 4 and text[:2] in ("19", "20")) or (len(text) == 8 and text[:2] in ("19", "20"))


def mix_letters(names, rng):
    """Names without numbers: other letters, one for one at each place."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    tables = {}

    def other(place, letter):
        low = letter.lower()
        if low not in letters or not low.isascii():
            return letter
        if place not in tables:
            tables[place] = [letters[i] for i in rng.permutation(26)]
        new = tables[place][letters.index(low)]
        return new if letter == low else new.upper()

    return {name: "".join(other(place, letter) for place, letter in enumerate(name)) for name in names}
