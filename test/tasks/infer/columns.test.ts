import { expect, test } from "vitest";
import { competition, infer, x } from "./made-tables.ts";

test("numbers that a library wrote as 3 in train and as 3.0 in test are no groups held out", async () => {
  const grade = (row: number) => (row < 200 ? String(row % 19) : `${row % 19}.0`);
  const { task } = await infer(
    competition({
      features: { ...x, grade },
      targets: { y: (row) => row * 1.5 },
      predictions: { y: () => 0 },
    }),
  );
  expect(task.group_column).toBeNull();
});
