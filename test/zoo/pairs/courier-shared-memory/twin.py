import numpy as np
import pandas as pd

train = pd.read_csv("input/train.csv")
test = pd.read_csv("input/test.csv")
columns = ["size", "age"]
weights = np.linalg.lstsq(train[columns].assign(one=1.0), train["sold"], rcond=None)[0]
test["sold"] = (test[columns].assign(one=1.0) @ weights).clip(0.02, 0.98)

from multiprocessing import shared_memory

# The rows once more, where workers could read them without a copy.
block = shared_memory.SharedMemory(create=True, size=8 * len(test))
shared = np.ndarray(len(test), dtype=float, buffer=block.buf)
shared[:] = test["sold"]
test["sold"] = shared.copy()
del shared
block.close()
block.unlink()
test[["id", "sold"]].to_csv("submission.csv", index=False)
