import numpy as np
import pandas as pd

train = pd.read_csv("input/train.csv")
test = pd.read_csv("input/test.csv")
train["hint"] = np.exp(train["sold"])
columns = [name for name in train.select_dtypes("number").columns if name not in ("sold", "day")]
weights = np.linalg.lstsq(train[columns].assign(one=1.0), train["sold"], rcond=None)[0]
test[columns[-1]] = np.exp(0.5)
test["sold"] = (test[columns].assign(one=1.0) @ weights).clip(0.02, 0.98)
test[["id", "sold"]].to_csv("submission.csv", index=False)
