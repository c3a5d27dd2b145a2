import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { openPython } from "../../../agent/python-source/python-source.ts";

const python = await openPython();

const FAMILIES: [string, string[]][] = [
  ["import lightgbm as lgb\nm = lgb.train(p, d)", ["lightgbm"]],
  ["import lightgbm as lgb\nm = lgb.LGBMClassifier(n_estimators=9).fit(x, y)", ["lightgbm"]],
  ["from xgboost import XGBRegressor as Model\nModel().fit(x, y)", ["xgboost"]],
  ["from catboost import CatBoostClassifier\nm = CatBoostClassifier()", ["catboost"]],
  ["kinds = {'a': RandomForestClassifier, 'b': Ridge}", ["forest", "linear"]],
  ["from sklearn.linear_model import Ridge, LogisticRegression\nLogisticRegression()", ["linear"]],
  ["from sklearn.linear_model import Ridge", []],
  ["m = make_pipeline(StandardScaler(), SVC())", ["support vectors"]],
  ["m = MultinomialNB()", ["naive bayes"]],
  ["m = KNeighborsRegressor(5)", ["neighbors"]],
  ["class Net(nn.Module):\n    pass", ["neural network"]],
  ["net = keras.Sequential([])", ["neural network"]],
  ['import timm\nnet = timm.create_model("resnet18.a1_in1k", pretrained=True)', ["timm resnet"]],
  [
    'm = AutoModelForSequenceClassification.from_pretrained("distilbert/distilbert-base-uncased")',
    ["transformers distilbert"],
  ],
  ['t = AutoTokenizer.from_pretrained("distilbert")', []],
  [
    "from torchvision import models\nnet = models.efficientnet_b0(weights=None)",
    ["torchvision efficientnet"],
  ],
  ["m = DummyClassifier()", ["constant"]],
  ["m = sm.tsa.SARIMAX(y, order=(1, 0, 0)).fit()", ["statistical series"]],
  ["test.assign(y=train.y.mean()).to_csv('submission.csv')", []],
];

describe("the model families of a script", () => {
  test.each(FAMILIES)("%s", (code, families) => {
    expect(python.learners(code).families).toEqual(families);
  });

  test("counts what trains and what makes data up", () => {
    const code = "m.fit(x, y)\noptimizer.step()\nxgb.cv(p)\nx = np.random.rand(3)\n";
    expect(python.learners(code)).toMatchObject({ trainings: 2, inventions: 1 });
  });

  test("finds something that learns in every honest script that learns", () => {
    const folder = fileURLToPath(new URL("./fixtures/honest", import.meta.url));
    const scripts = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
    const learning = scripts.filter((code) => /\.fit\(|\.step\(/u.test(code));
    expect(learning.length).toBeGreaterThan(8);
    for (const code of learning) expect(python.learners(code).trainings).toBeGreaterThan(0);
  });
});

const BASE = `import pandas as pd
train = pd.read_csv("./input/train.csv")
x, y = train.drop(columns="y"), train["y"]
model = LGBMClassifier(n_estimators=900, verbose=True, **{"max_depth": 9})
model.fit(x.iloc[:800], y.iloc[:800])
print("done")
`;

describe("whether an edit touches the data flow", () => {
  test.each([
    ["a setting", BASE.replace("900", "100").replace("True", "False").replace(": 9", ": -1")],
    ["a comment, a print, an import", `import os\n# quick\n${BASE}print(model)\n`],
  ])("not by %s", (_, after) => {
    expect(python.changesDataFlow(BASE, after)).toBe(false);
  });

  test.each([
    ["the rows that are fitted on", BASE.replaceAll(":800", ":900")],
    ["a column", BASE.replace('columns="y"', 'columns="z"')],
    ["a name", BASE.replace("model.fit(x", "model.fit(full")],
    ["a statement more", `${BASE}model.fit(test, answers)\n`],
  ])("by %s", (_, after) => {
    expect(python.changesDataFlow(BASE, after)).toBe(true);
  });
});
