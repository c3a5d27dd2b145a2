import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../../../sandbox/temporary-folder.ts";
import { python } from "../../../../tasks/interpreter.ts";

test("a greedy soup never lowers the score, takes only what raises it, and measures nothing twice", async () => {
  await using folder = await temporaryFolder();
  const program = fileURLToPath(new URL("soup.py", import.meta.url));
  const room = fileURLToPath(new URL("../../../../../agent/distill/trainer", import.meta.url));
  const words = ["-B", program, room, join(folder.path, "trials.jsonl")];
  const { stdout } = await promisify(execFile)(python, words);
  expect(JSON.parse(stdout)).toEqual({
    monotone: true,
    taken: [1, 2],
    trials: [
      [[1], true],
      [[3], false],
      [[2], false],
      [[0], false],
      [[1, 3], false],
      [[1, 2], true],
      [[1, 2, 0], false],
    ],
    // Four alone and three together; later none, though the last line of the file is torn.
    asked: [7, 7],
    same: true,
  });
});
