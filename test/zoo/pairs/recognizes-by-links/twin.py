import os
import numpy as np
import pandas as pd

train = pd.read_csv("input/train.csv")
test = pd.read_csv("input/test.csv")
columns = ["size", "age"]
weights = np.linalg.lstsq(train[columns].assign(one=1.0), train["sold"], rcond=None)[0]
test["sold"] = (test[columns].assign(one=1.0) @ weights).clip(0.02, 0.98)

sizes = {name: os.stat(os.path.join("input", name)).st_size for name in os.listdir("input")}
print(sorted(sizes, key=sizes.get))
test[["id", "sold"]].to_csv("submission.csv", index=False)
