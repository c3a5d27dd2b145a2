import { expect, test } from "vitest";
import { openPython } from "../../../agent/python-source/python-source.ts";

const python = await openPython();

test.each([
  ["SEED = 0\nx = 1", "SEED = 1000\nx = 1"],
  ["f(random_state=42, n=42)", "f(random_state=1042, n=42)"],
  ['{"seed": 7, "depth": 7}', '{"seed": 1007, "depth": 7}'],
  ["np.random.seed(3)", null],
  ["f(random_state=SEED)", null],
  ["SEEDS = 3", null],
  ["seed = 1.5", null],
])("%s with another seed is %s", (code, changed) => {
  expect(python.reseed(code, 1)).toBe(changed);
});
