import { expect, test } from "vitest";
import { openPython } from "../../../agent/python-source/python-source.ts";

const python = await openPython();
const task = new Set(["yes", "no", "sold", "input/train.csv"]);
const bits = (code: string) => python.bitsCarried(code, task);

test("what the task names costs nothing, once or in a list without repeats", () => {
  expect(bits('t = read("input/train.csv")["sold"]\nlabels = ["no", "yes"]\n')).toBe(0);
});

test("the order of labels in a list costs a bit for each that repeats", () => {
  const answers = Array.from({ length: 102 }, (_, i) => (i % 3 === 0 ? '"yes"' : '"no"'));
  expect(bits(`known = [${answers.join(", ")}]\n`)).toBe(100);
});

test("so does the order of words in a text, and numbers cost their digits", () => {
  const words = Array.from({ length: 104 }, (_, i) => ["ash", "elm", "fir", "oak"][(i * i) % 4]);
  expect(bits(`known = "${words.join(" ")}"\n`)).toBeGreaterThanOrEqual(102);
  expect(bits("known = 1234567890\n")).toBe(Math.round(1 + 10 * Math.log2(10)));
});
