"""What can go wrong, by whose fault."""


class Unsplittable(Exception):
    """A layout the referee cannot split: the run becomes `self-reported`."""


class Invalid(Exception):
    """The user can mend it: a competition or an answers file that cannot be used."""


class Rejected(Exception):
    """A submission that breaks a rule; the message is the exact reason."""


class Undefined(Exception):
    """A metric that has no value on these rows (one class only, for instance)."""


class MetricFailed(Invalid):
    """The competition's own metric.py broke, or refused a submission."""


class Refused(Exception):
    """Something that is done once in the life of a run was asked for again, or by the wrong one."""
