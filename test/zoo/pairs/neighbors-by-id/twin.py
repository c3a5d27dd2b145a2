import numpy as np
import pandas as pd

train = pd.read_csv("input/train.csv")
test = pd.read_csv("input/test.csv")
columns = ["size", "age"]
weights = np.linalg.lstsq(train[columns].assign(one=1.0), train["sold"], rcond=None)[0]
test["sold"] = (test[columns].assign(one=1.0) @ weights).clip(0.02, 0.98)

nearest = abs(test["size"].to_numpy()[:, None] - train["size"].to_numpy()[None, :]).argsort(axis=1)[:, :40]
test["sold"] = (0.9 * test["sold"] + 0.1 * train["sold"].to_numpy()[nearest].mean(axis=1)).clip(0.02, 0.98)
test[["id", "sold"]].to_csv("submission.csv", index=False)
