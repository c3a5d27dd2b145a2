from sklearn.model_selection import KFold

import numpy as np
import pandas as pd

train = pd.read_csv("input/train.csv")
test = pd.read_csv("input/test.csv")
train["rate"] = 0.5
for fit, rest in KFold(5, shuffle=True, random_state=0).split(train):
    rates = train.iloc[fit].groupby("street")["sold"].mean()
    train.loc[train.index[rest], "rate"] = train["street"].iloc[rest].map(rates).fillna(0.5).values
rates = train.assign(fold=0).groupby("street")["sold"]
test["rate"] = test["street"].map(rates.mean()).fillna(0.5)
columns = ["size", "age", "rate"]
weights = np.linalg.lstsq(train[columns].assign(one=1.0), train["sold"], rcond=None)[0]
test["sold"] = (test[columns].assign(one=1.0) @ weights).clip(0.02, 0.98)
test[["id", "sold"]].to_csv("submission.csv", index=False)
