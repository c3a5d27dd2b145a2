import { expect, test } from "vitest";
import { competition, infer, x } from "./made-tables.ts";

const kinds = ["ash", "birch", "cedar"];
const refused: [string, Parameters<typeof competition>[0], RegExp][] = [
  [
    "ids in two columns",
    {
      features: { ...x, day: (row) => row % 40 },
      targets: { sales: (row) => row * 1.5 },
      predictions: { day: (row) => row % 40, sales: () => 0 },
    },
    /sample_submission\.csv names a row by id and day, and a submission has one id column: join them into one \(such as id_day\) in all tables$/u,
  ],
  [
    "a further column in the sample",
    {
      features: x,
      targets: { sales: (row) => row * 1.5 },
      predictions: { sales: () => 0, Usage: () => "Public" },
    },
    /sample_submission\.csv has Usage beside sales, which train\.csv has not: take that out of it$/u,
  ],
  [
    "no column for one of the classes",
    {
      features: x,
      targets: { tree: (row) => kinds[row % 3] ?? "" },
      predictions: { ash: () => 0.5, birch: () => 0.5 },
    },
    /sample_submission\.csv has no column for cedar, a value of tree: add it$/u,
  ],
];

test.each(refused)("what keeps a sample from fitting train is said, %s", async (_, parts, says) => {
  await expect(infer(competition(parts))).rejects.toThrow(says);
});

test("answers without an id beside train are named", async () => {
  const rows = (count: number, cell: (row: number) => string) =>
    Array.from({ length: count }, (_, row) => `${cell(row)}\n`).join("");
  const files = {
    "X_train.csv": `x\n${rows(40, String)}`,
    "X_test.csv": `x\n${rows(10, String)}`,
    "y_train.csv": `level\n${rows(40, (row) => (row % 2 === 0 ? "low" : "high"))}`,
    "sample_submission.csv": `level\n${rows(10, () => "low")}`,
  };
  await expect(infer(files)).rejects.toThrow(
    "X_train.csv: no target column found: y_train.csv has level, but no id that says which row of X_train.csv each is of: put the column into X_train.csv, or an id into both",
  );
});
