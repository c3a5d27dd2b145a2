from sklearn.tree import DecisionTreeClassifier
import numpy as np
import pandas as pd

train = pd.read_csv("input/train.csv")
test = pd.read_csv("input/test.csv")
columns = ["size", "age"]
deep = DecisionTreeClassifier(random_state=0).fit(train[columns], train["sold"])
own = deep.predict_proba(train[columns])[:, 1]
weights = np.linspace(0, 1, 21)
losses = [np.abs(train["sold"] - weight * own - (1 - weight) * 0.5).sum() for weight in weights]
weight = weights[int(np.argmin(losses))]
test["sold"] = (weight * deep.predict_proba(test[columns])[:, 1] + (1 - weight) * 0.5).clip(0.001, 0.999)
test[["id", "sold"]].to_csv("submission.csv", index=False)
