import numpy as np
import pandas as pd

train = pd.read_csv("input/train.csv")
test = pd.read_csv("input/test.csv")
with open("helper.py", "w") as file:
    file.write("columns = ['size', 'age']\n")
import helper  # noqa: E402

weights = np.linalg.lstsq(train[helper.columns].assign(one=1.0), train["sold"], rcond=None)[0]
test["sold"] = (test[helper.columns].assign(one=1.0) @ weights).clip(0.02, 0.98)
test[["id", "sold"]].to_csv("submission.csv", index=False)
