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
values = train[columns].assign(one=1.0).to_numpy()
weights = np.linalg.lstsq(values, train["sold"], rcond=None)[0]
# An error of a handler that interrupts a callback would be lost.
gc.callbacks.clear()
signal.signal(signal.SIGALRM, give_up)
signal.setitimer(signal.ITIMER_REAL, 0.3)
try:
    # A little of every step towards where the loss is least.
    while True:
        weights = weights - 1e-6 * values.T @ (values @ weights - train["sold"])
except TooLong as error:
    traceback.print_exc()
    log.info("%s in %s, after %d collections", error, inspect.trace()[0].function, len(collections))
test["sold"] = (test[columns].assign(one=1.0) @ weights).clip(0.02, 0.98)
test[["id", "sold"]].to_csv("submission.csv", index=False)
