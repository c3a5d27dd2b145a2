import numpy as np
import pandas as pd

train = pd.read_csv("input/train.csv")
test = pd.read_csv("input/test.csv")
ranks = {"ash": 1, "birch": 2, "cedar": 3, "elm": 4, "fir": 5, "larch": 6, "oak": 7, "pine": 8}
train["rank"] = train["town"].map(ranks)
test["rank"] = test["town"].map(ranks)
columns = ["size", "age", "rank"]
weights = np.linalg.lstsq(train[columns].assign(one=1.0), train["sold"], rcond=None)[0]
test["sold"] = (test[columns].assign(one=1.0) @ weights).clip(0.02, 0.98)
test[["id", "sold"]].to_csv("submission.csv", index=False)
