"""What ends a preparation with one line for the user."""


class Refused(Exception):
    """The user can mend it: file, place, value and the way out in one line."""
