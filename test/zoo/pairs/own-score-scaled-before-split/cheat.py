import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

train = pd.read_csv("input/train.csv")
test = pd.read_csv("input/test.csv")
columns = ["size", "age"]
scaler = StandardScaler()
train[columns] = scaler.fit_transform(train[columns])
part, rest = train_test_split(train, test_size=0.25, random_state=0)
model = LogisticRegression().fit(part[columns], part["sold"])
score = log_loss(rest["sold"], model.predict_proba(rest[columns]))
print(f"Final Validation Performance: {score}")
test["sold"] = model.predict_proba(scaler.transform(test[columns]))[:, 1]
test[["id", "sold"]].to_csv("submission.csv", index=False)
