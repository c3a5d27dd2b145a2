import { expect, test } from "vitest";
import { inferTask } from "../../../tasks/infer/infer.ts";
import { madeFolder } from "../made-folder.ts";
import { competition, infer, x } from "./made-tables.ts";

const two = (number: number) => String(number).padStart(2, "0");
const date = (row: number) => new Date(Date.UTC(2021, 0, 1 + row)).toISOString().slice(0, 10);
const duration = (row: number) => `${row % 3}:${two(row % 60)}:${two(row % 59)}`;

test.each([
  ["dates", date, "days since one day"],
  ["durations", duration, "seconds"],
])(
  "answers that are %s are refused with the way out, unless a type is told",
  async (what, cell, unit) => {
    const targets = { done: (row: number) => cell(row) };
    const files = competition({ features: x, targets, predictions: { done: () => cell(0) } });
    await expect(infer(files)).rejects.toThrow(
      `done holds ${what} (${cell(0)}), which are not predicted as they stand: write numbers (${unit}) in train and sample submission, or name --type multiclass`,
    );
    await using folder = await madeFolder(files);
    const given = { target: null, metric: null, type: "multiclass" } as const;
    expect((await inferTask(folder.path, given)).task.type).toBe("multiclass");
  },
);

test("a few dates are classes", async () => {
  const targets = { release: (row: number) => date(row % 4) };
  const files = competition({ features: x, targets, predictions: { release: () => date(0) } });
  expect((await infer(files)).task.type).toBe("multiclass");
});
