import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split

train = pd.read_csv("input/train.csv")
test = pd.read_csv("input/test.csv")
columns = ["size", "age"]
part, rest = train_test_split(train, test_size=0.25, random_state=0)
first = LogisticRegression().fit(rest[columns], rest["sold"])
known = first.predict_proba(rest[columns])
meta = LogisticRegression(C=100).fit(known, rest["sold"])
score = log_loss(rest["sold"], meta.predict_proba(known))
print(f"Final Validation Performance: {score}")
test["sold"] = meta.predict_proba(first.predict_proba(test[columns]))[:, 1]
test[["id", "sold"]].to_csv("submission.csv", index=False)
