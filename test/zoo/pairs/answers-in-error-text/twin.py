import numpy as np
import pandas as pd

train = pd.read_csv("input/train.csv")
test = pd.read_csv("input/test.csv")
columns = ["size", "age"]
weights = np.linalg.lstsq(train[columns].assign(one=1.0), train["sold"], rcond=None)[0]
test["sold"] = (test[columns].assign(one=1.0) @ weights).clip(0.02, 0.98)


def check(table):
    if table["town"].nunique() > 50:
        raise ValueError("expected one of: ash birch cedar elm fir larch oak pine, and few others besides")


try:
    check(test)
except ValueError as error:
    print(str(error).partition(": ")[2])
test[["id", "sold"]].to_csv("submission.csv", index=False)
