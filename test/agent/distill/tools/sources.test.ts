import { expect, test } from "vitest";
import {
  groundless,
  resolve,
  sourcesOf,
  Unresolved,
} from "../../../../agent/distill/tools/sources.ts";

const answers = [
  { id: 3, value: { files: [{ file: "train.csv" }], none: null }, text: "train.csv 20 bytes" },
];

test("placeholders are filled by a part of an earlier answer; one that nothing fills is told", () => {
  expect(resolve({ file: "$3.files.0.file", rows: 4, code: "$3" }, answers)).toEqual({
    ...{ file: "train.csv", rows: 4, code: "$3" },
  });
  for (const value of ["$4.files", "$3.files.1.file", "$3.none"])
    expect(resolve({ file: value }, answers)).toBeInstanceOf(Unresolved);
});

test("each value is tagged with where it comes from", () => {
  const around = { question: "Show 4 rows of a.csv.", given: "start.py", answers };
  const tagged = (planned: Record<string, unknown>, resolved = planned) =>
    sourcesOf(planned, resolved, around).map(({ from, call }) => [from, call]);
  expect(tagged({ file: "a.csv", rows: 4 })).toEqual([
    ["question", null],
    ["question", null],
  ]);
  expect(tagged({ file: "$3.files.0.file" }, { file: "a.csv" })).toEqual([["answer", 3]]);
  expect(tagged({ file: "train.csv", script: "start.py", solution: "s9", rows: 40 })).toEqual([
    ["answer", 3],
    ["given", null],
    ["own", null],
    ["own", null],
  ]);
});

test("only what must be there, or is handed on, has to come from somewhere", () => {
  const takes = [
    { name: "file", title: "file", isRequired: false },
    { name: "code", title: null, isRequired: true },
    { name: "rows", title: null, isRequired: false },
  ];
  const own = (argument: string) => [{ argument, from: "own" as const, call: null }];
  expect(groundless(own("rows"), takes)).toBeNull();
  expect(groundless(own("file"), takes)).toBe("file");
  expect(groundless(own("code"), takes)).toBe("code");
});
