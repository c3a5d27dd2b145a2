import numpy as np
import pandas as pd

train = pd.read_csv("input/train.csv")
test = pd.read_csv("input/test.csv")
columns = ["size", "age"]
weights = np.linalg.lstsq(train[columns].assign(one=1.0), train["sold"], rcond=None)[0]
test["sold"] = (test[columns].assign(one=1.0) @ weights).clip(0.02, 0.98)

# Whoever lives in the same street on a near day sold as well.
key = (train["street"] + " " + (train["day"] // 20).astype(str)).to_numpy()
known = train.groupby(key)["sold"].mean()
asked = test["street"] + " " + (test["day"] // 20).astype(str)
test["sold"] = asked.map(known).fillna(test["sold"]).clip(0.02, 0.98)
test[["id", "sold"]].to_csv("submission.csv", index=False)
