import type { Generated } from "./competition.ts";

/**
 * A script as people write it: reads and writes with the defaults of pandas, whatever these make of ids and
 * labels, and answers with the training row whose `x` is nearest.
 */
export function plainScript({ names, expected }: Generated): string {
  const { type, metric } = expected;
  const task = { ...names, numbers: ["regression", "multi-target"].includes(type), metric };
  return `import json

import numpy as np
import pandas as pd

TASK = json.loads(${JSON.stringify(JSON.stringify(task))})
train = pd.read_csv("./input/train.csv")
test = pd.read_csv("./input/test.csv")
submission = pd.read_csv("./input/sample_submission.csv")
if TASK["numbers"]:
    train = train.dropna(subset=TASK["targets"])
x, x_test = train[TASK["x"]].to_numpy(), test[TASK["x"]].to_numpy()
nearest = train.iloc[[int(np.abs(x - value).argmin()) for value in x_test]]
submission[TASK["id"]] = test[TASK["parts"]].astype(str).agg("_".join, axis=1)
if TASK["parts"] == [TASK["id"]]:
    submission[TASK["id"]] = test[TASK["id"]]
found = nearest[TASK["targets"][0]]
if TASK["predictions"] != TASK["targets"]:
    submission = submission[[TASK["id"]]].copy()
    for label in sorted(train[TASK["targets"][0]].unique(), key=str):
        submission[label] = (found.astype(str) == str(label)).astype(float).to_numpy()
elif TASK["metric"].startswith("roc_auc"):
    for name in TASK["targets"]:
        positive = sorted(train[name].unique())[-1]
        submission[name] = (nearest[name] == positive).astype(float).to_numpy()
else:
    for name in TASK["targets"]:
        submission[name] = nearest[name].to_numpy()
submission.to_csv("./submission.csv", index=False)
`;
}
