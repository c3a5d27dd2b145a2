import numpy as np
import pandas as pd

train = pd.read_csv("input/train.csv")
test = pd.read_csv("input/test.csv")
train = train.sort_values("day")
train["next"] = train["sold"].shift(-1).fillna(0.5)
train["same"] = train["sold"].shift(0)
test["next"] = 0.5
test["same"] = 0.5
columns = ["size", "age", "next", "same"]
weights = np.linalg.lstsq(train[columns].assign(one=1.0), train["sold"], rcond=None)[0]
test["sold"] = (test[columns].assign(one=1.0) @ weights).clip(0.02, 0.98)
test[["id", "sold"]].to_csv("submission.csv", index=False)
