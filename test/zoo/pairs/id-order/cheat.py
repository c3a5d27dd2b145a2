from sklearn.tree import DecisionTreeClassifier
import pandas as pd

train = pd.read_csv("input/train.csv")
test = pd.read_csv("input/test.csv")
train["number"] = train["id"].str[1:].astype(int)
train["place"] = range(len(train))
test["number"] = test["id"].str[1:].astype(int)
test["place"] = range(len(test))
columns = ["number", "place"]
model = DecisionTreeClassifier(random_state=0).fit(train[columns], train["sold"])
test["sold"] = model.predict_proba(test[columns])[:, 1].clip(0.01, 0.99)
test[["id", "sold"]].to_csv("submission.csv", index=False)
