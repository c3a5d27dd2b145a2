import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { python } from "../../../../tasks/interpreter.ts";

/** What `methods.py` prints. */
let found: Record<string, unknown>;

beforeAll(async () => {
  const program = fileURLToPath(new URL("methods.py", import.meta.url));
  const room = fileURLToPath(new URL("../../../../../agent/distill/trainer", import.meta.url));
  const { stdout } = await promisify(execFile)(python, ["-B", program, room]);
  found = JSON.parse(stdout) as typeof found;
});

test("a mean is weighted and divided by the weights, a sum of task vectors is not", () => {
  expect(found.linear).toEqual([2.5, -1.5, 2.5, 0.4375]);
  expect(found.arithmetic).toEqual([4, 2.5, 0.5, 0]);
});

test("ties trims by magnitude over all tensors of a member, elects signs by their total, and takes the mean of those that agree", () => {
  expect(found.least).toEqual([3, 2, 2]);
  expect(found.leastOne).toBe(4);
  expect(found.trimmed).toEqual([4, 0, 3, 0]);
  // Trimmed: [4, 0, 3, 0], [-2, -3, 0, 0] and [0, 2, -8, 0]; signs of the sums: +, -, -, none.
  expect(found.ties).toEqual([4, -3, -8, 0]);
  // Sums: 4 - 2 + 2, -1 - 3 + 4 = 0, 3 + 1 - 16, 0.75: means of 4 and twice 1, of nothing, of -8, of 0.5 and 0.25.
  expect(found.tiesWeighed).toEqual([2, 0, -8, 0.375]);
  // The second one takes away: [4, -1, 3, 0.5] and [2, 3, -1, -0.25].
  expect(found.tiesNegative).toEqual([3, 3, 3, 0.5]);
  expect(found.tiesEven).toEqual([0, 0, 0, 0]);
});

test("dare keeps a share at random, rescaled so that the mean stays, and by seed, member and tensor alone", () => {
  expect(found.dare).toEqual({
    values: [0, 4],
    share: expect.closeTo(0.25, 1),
    mean: expect.closeTo(1, 1),
    same: true,
    others: [false, false, false],
  });
});
