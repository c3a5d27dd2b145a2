import importlib
import os
import random
import time

import numpy as np
import pandas as pd

START = time.time()
np.random.seed(42)
random.seed(42)


def has(name):
    try:
        importlib.import_module(name)
        return True
    except ImportError:
        return False


LIBRARIES = {name: has(name) for name in ("lightgbm", "xgboost", "sklearn")}
print({k: v for k, v in LIBRARIES.items() if v}, os.cpu_count())
files = [os.path.join(root, f) for root, _, names in os.walk("input") for f in names]
train = pd.read_csv([f for f in files if f.endswith("train.csv")][0])
test = pd.read_csv([f for f in files if f.endswith("test.csv")][0])
sample = pd.read_csv([f for f in files if "sample" in f][0])
