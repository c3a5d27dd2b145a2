import { expect, test } from "vitest";
import { openPython } from "../../../agent/python-source/python-source.ts";

const script = `import pandas as pd
from sklearn.linear_model import Ridge

train = pd.read_csv("./input/train.csv")
test = pd.read_csv("./input/test.csv")
features = [name for name in train.columns if name not in ("id", "target")]
model = Ridge(alpha=3.0)
model.fit(train[features].fillna(0), train["target"])
predictions = model.predict(test[features].fillna(0))
test[["id"]].assign(target=predictions).to_csv("./submission.csv", index=False)
`;
const other = `class Tree:
    def __init__(self, depth):
        self.depth = depth

    def grow(self, rows):
        if self.depth == 0 or not rows:
            return None
        while rows:
            row = rows.pop()
            try:
                yield row * 2
            except ValueError as error:
                raise KeyError(row) from error
`;

test("a copy with other names and comments is similar to the whole, another script is not, the most similar first", async () => {
  const source = await openPython();
  const renamed = script.replaceAll("features", "columns_used").replaceAll("model", "ridge");
  const kernels = [
    { name: "other.py", code: other },
    { name: "copy.py", code: `# my own work\n${renamed}` },
  ];
  const found = source.similarities([{ name: "solution.py", code: script }], kernels);
  expect(found.map(({ left, right }) => [left, right])).toEqual([
    ["solution.py", "copy.py"],
    ["solution.py", "other.py"],
  ]);
  expect(found[0]?.similarity).toBeGreaterThan(0.9);
  expect(found[1]?.similarity).toBeLessThan(0.2);
});
