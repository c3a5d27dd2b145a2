from joblib import Parallel, delayed
import numpy as np
import pandas as pd

train = pd.read_csv("input/train.csv")
test = pd.read_csv("input/test.csv")


def shares(column):
    return np.polyfit(train[column], train["sold"], 1)


lines = Parallel(n_jobs=2)(delayed(shares)(column) for column in ("size", "age"))
by_size, by_age = (np.polyval(line, test[column]) for line, column in zip(lines, ("size", "age")))
test["sold"] = (by_size + by_age - train["sold"].mean()).clip(0.02, 0.98)
test[["id", "sold"]].to_csv("submission.csv", index=False)
