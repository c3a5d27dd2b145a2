"""mle-star as a framework of AMLB: nothing of it is imported here, it is a program that AMLB's process calls."""

from amlb.utils import call_script_in_same_dir


def setup(*args, **kwargs):
    call_script_in_same_dir(__file__, "setup.sh", *args, **kwargs)


def run(dataset, config):
    from .exec import run as run_it

    return run_it(dataset, config)
