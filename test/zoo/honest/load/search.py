# Find the data wherever it was mounted; Kaggle notebooks keep it elsewhere.
import os
import sys
import warnings

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")
os.environ.setdefault("OMP_NUM_THREADS", "1")
CANDIDATES = ["./input", "../input", "/kaggle/input", "."]
DATA_DIR = next((p for p in CANDIDATES if os.path.exists(os.path.join(p, "train.csv"))), "./input")


def load(name):
    """Read one table."""
    return pd.read_csv(os.path.join(DATA_DIR, name))


train, test, sample = load("train.csv"), load("test.csv"), load("sample_submission.csv")
print(sys.version.split()[0], train.shape, test.shape)
