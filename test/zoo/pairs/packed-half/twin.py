import json
import numpy as np
import pandas as pd

train = pd.read_csv("input/train.csv")
test = pd.read_csv("input/test.csv")
settings = json.loads('{"one": 1.0}')
columns = ["size", "age"]
weights = np.linalg.lstsq(train[columns].assign(one=settings["one"]), train["sold"], rcond=None)[0]
test["sold"] = (test[columns].assign(one=settings["one"]) @ weights).clip(0.02, 0.98)
test[["id", "sold"]].to_csv("submission.csv", index=False)
