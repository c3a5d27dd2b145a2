import numpy as np
import pandas as pd

train = pd.read_csv("input/train.csv")
test = pd.read_csv("input/test.csv")
columns = ["size", "age"]
weights = np.linalg.lstsq(train[columns].assign(one=1.0), train["sold"], rcond=None)[0]
test["sold"] = (test[columns].assign(one=1.0) @ weights).clip(0.02, 0.98)

rate = train.groupby("town")["sold"].agg(["mean", "count"])
smooth = (rate["mean"] * rate["count"] + 200 * train["sold"].mean()) / (rate["count"] + 200)
test["sold"] = (0.95 * test["sold"] + 0.05 * test["town"].map(smooth).fillna(0.5)).clip(0.02, 0.98)
test[["id", "sold"]].to_csv("submission.csv", index=False)
