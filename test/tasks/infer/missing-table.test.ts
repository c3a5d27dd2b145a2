import { expect, test } from "vitest";
import { infer } from "./made-tables.ts";

test.each([
  ["days", (place: number) => `2021-01-${String(place + 1).padStart(2, "0")}`],
  ["numbers", (place: number) => `d_${place + 1}`],
])(
  "a column for each time, named by %s, is refused with the form that is read",
  async (_, name) => {
    const times = Array.from({ length: 20 }, (_, place) => name(place));
    const rows = Array.from({ length: 30 }, (_, place) => `p${place},${times.map(() => place)}\n`);
    const files = {
      "sales_train.csv": `page,${times}\n${rows.join("")}`,
      "sample_submission.csv": "page,F1,F2\np0,0,0\n",
    };
    await expect(infer(files)).rejects.toThrow(
      `a column for each time (${times[0]} … ${times.at(-1)}), which is not read: write train.csv in long form, a row for each page and time with its value, and test.csv with the rows to predict`,
    );
  },
);
