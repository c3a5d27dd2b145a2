import { expect, test } from "vitest";
import { competition, infer, x } from "./made-tables.ts";

const shop = {
  features: x,
  targets: { y: (row: number) => row * 1.5 },
  predictions: { y: () => 0 },
};

test("what systems and programs leave in a folder is no data", async () => {
  const { task } = await infer({
    ...competition(shop),
    "__MACOSX/._train.csv": "\0\u0005",
    "._test.csv": "\0\u0005",
    "~$train.xlsx": "lock",
    "prices.csv": "town,price\nUlm,1\n",
  });
  expect(task.files.other).toEqual(["prices.csv"]);
});
