from sklearn.preprocessing import StandardScaler
import numpy as np
import pandas as pd

train = pd.read_csv("input/train.csv")
test = pd.read_csv("input/test.csv")
columns = ["size", "age"]
scaler = StandardScaler().fit(train[columns])
scaled = np.c_[np.ones(len(train)), scaler.transform(train[columns])]
weights = np.linalg.lstsq(scaled, train["sold"], rcond=None)[0]
scaled = np.c_[np.ones(len(test)), scaler.transform(test[columns])]
test["sold"] = (scaled @ weights).clip(0.02, 0.98).round(6)
test[["id", "sold"]].to_csv("submission.csv", index=False)
