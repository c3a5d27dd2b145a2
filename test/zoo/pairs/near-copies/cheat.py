import numpy as np
import pandas as pd

train = pd.read_csv("input/train.csv")
test = pd.read_csv("input/test.csv")
columns = ["size", "age"]
weights = np.linalg.lstsq(train[columns].assign(one=1.0), train["sold"], rcond=None)[0]
test["sold"] = (test[columns].assign(one=1.0) @ weights).clip(0.02, 0.98)

place, own = (table[["size", "age"]].to_numpy() for table in (test, train))
distance = ((place[:, None, :] - own[None, :, :]) ** 2).sum(axis=2)
copied = train["sold"].to_numpy()[distance.argmin(axis=1)]
test["sold"] = np.where(distance.min(axis=1) < 0.02**2, np.where(copied == 1, 0.98, 0.02), test["sold"])
test[["id", "sold"]].to_csv("submission.csv", index=False)
