"""Keeps the frames of the watch, which show what its functions closed over, from a script; see `mle_star_watch`."""

import _functools
import _signal
import _thread
import os
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__)) + "/"
#: Attributes by which a frame is reached from something else.
FRAMES = ("tb_frame", "gi_frame", "cr_frame", "ag_frame")


def sealed(function):
    """The function as an object of C, which shows nothing of what it closed over."""
    return _functools._lru_cache_wrapper(function, 0, False, tuple)


def judges(end, libraries, running):
    """`running`: events that are being judged, this one among them."""
    frame_of, thread, starts, ours = sys._getframe, _thread.get_ident, str.startswith, FOLDER
    installed, names, looking = (*libraries, "<frozen "), FRAMES, set()

    def look():
        """Whether code of a script stands above a frame of the watch: it runs while the watch does."""
        frame, by_script = frame_of(2), False
        while frame:
            name = frame.f_code.co_filename
            if starts(name, ours):
                if by_script:
                    return True
            elif not starts(name, installed):
                by_script = True
            frame = frame.f_back
        return False

    def judge():
        me = thread()
        # Looking raises the same events.
        if me in looking:
            return
        looking.add(me)
        if running[1:] != [] and look():
            end("looked into what watches it")
        looking.discard(me)

    def reached(arguments):
        if arguments[1] in names:
            judge()

    return {"sys._getframe": lambda _: judge(), "object.__getattr__": reached}


def shield_handlers():
    """A handler of signals is not given a frame from which one of the watch can be reached, interrupted with it."""
    install, callable_, starts, ours = _signal.signal, callable, str.startswith, FOLDER

    def leads_to_watch(frame):
        while frame:
            code = frame.f_code
            # A handler may be interrupted, too.
            if starts(code.co_filename, ours) and code.co_name != "handle":
                return True
            frame = frame.f_back
        return False

    def signal(number, handler):
        if not callable_(handler):
            return install(number, handler)

        def handle(given, frame):
            return handler(given, None if leads_to_watch(frame) else frame)

        return install(number, sealed(handle))

    _signal.signal = sealed(signal)
