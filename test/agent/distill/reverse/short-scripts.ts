/** A short script over the tables of a made competition, which runs; `id` and `target` are its columns. */
export function shortScript({ id, target }: { id: string; target: string }, model = 0): string {
  const [module, name, settings] = MODELS[model % MODELS.length] ?? ["", "", ""];
  return `import numpy as np
import pandas as pd
from sklearn.${module} import ${name}

train = pd.read_csv("input/train.csv")
test = pd.read_csv("input/test.csv")
print(len(train))
y = train["${target}"]
X = train.drop(columns=["${id}", "${target}"])
X = X.select_dtypes("number")
T = test[X.columns]
middle = X.median()
X = X.fillna(middle)
T = T.fillna(middle)
model = ${name}(${settings})
model.fit(X, y)
pred = model.predict(T)
sub = pd.DataFrame({"${id}": test["${id}"], "${target}": pred})
sub.to_csv("submission.csv", index=False)
`;
}

const MODELS = [
  ["ensemble", "RandomForestRegressor", "n_estimators=20, random_state=0"],
  ["neighbors", "KNeighborsRegressor", "n_neighbors=5"],
  ["linear_model", "Ridge", "alpha=1.0"],
  ["tree", "DecisionTreeRegressor", "max_depth=4"],
] as const;
