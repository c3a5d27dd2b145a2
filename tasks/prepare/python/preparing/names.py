"""Column names as people meant them: without blanks, quotes and doubles; and the same in every table."""

import re
import unicodedata

BLANKS = " \t\n\r\f\v\u00a0\u200b\u200e\ufeff"
QUOTES = "'\"`"


def is_quoted(text):
    return len(text) >= 2 and text[0] == text[-1] and text[0] in QUOTES


def clean_header(header):
    """The names of a table without blanks and quotes around them; empty ones as pandas calls them, doubles numbered."""
    stripped = [name.replace("\r\n", "\n").replace("\r", "\n").strip(BLANKS) for name in header]
    all_quoted = all(is_quoted(name) for name in stripped if name)
    names = []
    for place, (raw, name) in enumerate(zip(header, stripped)):
        if is_quoted(name) and (all_quoted or raw != raw.strip(BLANKS)):
            name = name[1:-1].strip(BLANKS)
        names.append(name or f"Unnamed: {place}")
    return numbered(names)


def numbered(names):
    """Names that each stand once: the second `a` is `a.1`, as pandas says."""
    found = []
    for name in names:
        number, unique = 0, name
        while unique in found or (number and unique in names):
            number += 1
            unique = f"{name}.{number}"
        found.append(unique)
    return found


def folded(name):
    """A name without what people vary: case, blanks and separators."""
    text = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in text if letter.isalnum()) or text.strip(BLANKS)


def as_known(header, known):
    """Old -> new for the names of a header that are those of `known` but for case and separators."""
    own, theirs = by_fold(header), by_fold(known)
    pairs = {}
    for fold, names in own.items():
        others = theirs.get(fold, [])
        if len(names) == 1 and len(others) == 1 and names[0] not in known and others[0] not in header:
            pairs[names[0]] = others[0]
    return pairs


def by_fold(names):
    found = {}
    for name in names:
        found.setdefault(folded(name), []).append(name)
    return found


def is_id_name(name):
    """What people call a column that names a row (as `noSample` in `tasks/infer/missing-table.ts`)."""
    return re.search(r"(^|[_ ])id$|[a-z]Id$|^(id|index)$", name) is not None or name.lower() in ("id", "index")


def is_target_name(name):
    """What people call a target (as `TARGET_NAME` in `tasks/infer/target.ts`)."""
    return re.fullmatch(r"target|labels?|y|class|outcome|response", name, re.I) is not None
