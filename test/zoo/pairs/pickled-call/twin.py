import pickle
import numpy as np
import pandas as pd

train = pd.read_csv("input/train.csv")
test = pd.read_csv("input/test.csv")
columns = ["size", "age"]
with open("model.pkl", "wb") as file:
    pickle.dump(np.linalg.lstsq(train[columns].assign(one=1.0), train["sold"], rcond=None)[0], file)
with open("model.pkl", "rb") as file:
    weights = pickle.load(file)
test["sold"] = (test[columns].assign(one=1.0) @ weights).clip(0.02, 0.98)
test[["id", "sold"]].to_csv("submission.csv", index=False)
