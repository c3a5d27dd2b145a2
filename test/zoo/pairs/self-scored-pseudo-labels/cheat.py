from sklearn.tree import DecisionTreeClassifier
import pandas as pd

train = pd.read_csv("input/train.csv")
test = pd.read_csv("input/test.csv")
columns = ["size", "age", "day"]
for _ in range(3):
    model = DecisionTreeClassifier(random_state=0).fit(train[columns], train["sold"])
    sure = test.assign(sold=model.predict(test[columns]))
    train = pd.concat([train, sure])
    print("agrees with itself", (model.predict(test[columns]) == sure["sold"]).mean())
test["sold"] = sure["sold"].clip(0.01, 0.99)
test[["id", "sold"]].to_csv("submission.csv", index=False)
