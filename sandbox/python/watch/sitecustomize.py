"""Python runs this first in every interpreter that a script's libraries start: it is watched like the script's own."""

import os

try:
    import mle_star_watch

    mle_star_watch.join(os.environ["MLE_STAR_WATCH"])
except BaseException:  # noqa: BLE001
    # An error here would be printed and forgotten, and the interpreter would run on unwatched.
    os._exit(87)
