"""What was done to the files, for people: one line for each kind of thing, whatever number of files it concerns."""

NAMED = 4
# A name may be a thousand letters long, and have line ends.
LETTERS = 160


class Notes:
    """Things said of files, grouped."""

    def __init__(self):
        self.said, self.lines = {}, []

    def add(self, what, name):
        """Says `what` of a file."""
        names = self.said.setdefault(what, [])
        if name not in names:
            names.append(name)

    def line(self, text):
        """Says something as it stands."""
        if text not in self.lines:
            self.lines.append(text)

    def all(self):
        """The lines, those of single files first."""
        return [f"{listed(names)}: {what}" for what, names in self.said.items()] + self.lines


def listed(names):
    """The first names, and how many more there are."""
    more = len(names) - NAMED
    return ", ".join(short(name) for name in names[:NAMED]) + (f" and {more} more" if more > 0 else "")


def short(name):
    """A name as it fits into a line."""
    text = " ".join(name.split())
    return text if len(text) <= LETTERS else f"{text[:LETTERS]}…"
