"""
Runs scripts in forks of one process that has the libraries loaded: a line of JSON a job (`workspace`, `script`, `seconds`),
a line with its `exit` and `seconds` when it has ended. No sandbox: for scripts of our own.
"""

import json
import os
import random
import signal
import sys
import time

import lightgbm  # noqa: F401
import numpy as np
import pandas as pd  # noqa: F401
import scipy.stats  # noqa: F401
import sklearn.ensemble  # noqa: F401
import sklearn.neural_network  # noqa: F401
import sklearn.pipeline  # noqa: F401
import sklearn.svm  # noqa: F401


def run(job):
    """The script, as a program of its own would run: nothing that an earlier one drew is drawn again."""
    random.seed(os.urandom(8))
    np.random.seed(int.from_bytes(os.urandom(4), "little"))
    os.chdir(job["workspace"])
    log = os.open(job["log"], os.O_CREAT | os.O_WRONLY)
    os.dup2(log, 1)
    os.dup2(log, 2)
    signal.alarm(int(job["seconds"]))
    sys.argv = [job["script"]]
    with open(job["script"]) as file:
        code = compile(file.read(), job["script"], "exec")
    exec(code, {"__name__": "__main__", "__file__": job["script"]})


def attend(job):
    """Waits for a script in a fork of its own, and says what became of it."""
    begun = time.monotonic()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            run(job)
            code = 0
        except BaseException:
            import traceback

            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    _, status = os.waitpid(child, 0)
    said = json.dumps({"id": job["id"], "exit": os.waitstatus_to_exitcode(status), "seconds": time.monotonic() - begun})
    os.write(1, f"{said}\n".encode())
    os._exit(0)


signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for line in sys.stdin:
    if os.fork() == 0:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        attend(json.loads(line))
