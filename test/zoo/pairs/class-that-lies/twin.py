import numpy as np
import pandas as pd


class Named(type):
    @property
    def folder(cls):
        return "input"


class Name(str, metaclass=Named):
    """A path that knows its folder."""

    @property
    def full(self):
        return Name(f"{Name.folder}/{self}")


train = pd.read_csv(Name("train.csv").full)
with open(Name("test.csv").full) as file:
    test = pd.read_csv(file)
columns = ["size", "age"]
weights = np.linalg.lstsq(train[columns].assign(one=1.0), train["sold"], rcond=None)[0]
test["sold"] = (test[columns].assign(one=1.0) @ weights).clip(0.02, 0.98)
test[["id", "sold"]].to_csv("submission.csv", index=False)
