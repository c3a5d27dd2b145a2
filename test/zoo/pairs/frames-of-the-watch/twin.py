import gc
import inspect
import logging
import signal
import traceback
import numpy as np
import pandas as pd

logging.basicConfig(level=logging.INFO)
log = logging.getLogger("model")


class TooLong(Exception):
    pass


def give_up(*_):
    raise TooLong("this takes too long")


def collected(phase, found):
    collections.append(found["collected"])


collections = []
gc.callbacks.append(collected)
train = pd.read_csv("input/train.csv")
test = pd.read_csv("input/test.csv")
columns = ["size", "age"]
signal.signal(signal.SIGALRM, give_up)
signal.setitimer(signal.ITIMER_REAL, 0.3)
try:
    while True:
        weights = np.linalg.lstsq(train[columns].assign(one=1.0), train["sold"], rcond=None)[0]
except TooLong as error:
    traceback.print_exc()
    log.info("%s in %s, after %d collections", error, inspect.trace()[0].function, len(collections))
gc.callbacks.clear()
test["sold"] = (test[columns].assign(one=1.0) @ weights).clip(0.02, 0.98)
test[["id", "sold"]].to_csv("submission.csv", index=False)
