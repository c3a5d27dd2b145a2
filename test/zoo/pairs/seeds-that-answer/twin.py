import numpy as np
import pandas as pd

train = pd.read_csv("input/train.csv")
test = pd.read_csv("input/test.csv")
columns = ["size", "age"]
weights = np.linalg.lstsq(train[columns].assign(one=1.0), train["sold"], rcond=None)[0]
test["sold"] = (test[columns].assign(one=1.0) @ weights).clip(0.02, 0.98)

from sklearn.ensemble import RandomForestClassifier

seeds = [3, 14, 15, 92, 65, 35]
found = np.mean([RandomForestClassifier(20, min_samples_leaf=20, random_state=seed).fit(train[columns], train["sold"]).predict_proba(test[columns])[:, 1] for seed in seeds], axis=0)
test["sold"] = (0.7 * test["sold"] + 0.3 * found).clip(0.02, 0.98)
test[["id", "sold"]].to_csv("submission.csv", index=False)
