import { expect, test } from "vitest";
import { citationsIn, withoutCitationLine } from "../../../../agent/roles/reply/citations.ts";

const code = "```python\nx = y[0]\nz = [1, 2]\n# [3]\n```";

test.each([
  ["two places", "Use ranks [0, 2] and blend [5].", 6, [0, 2, 5]],
  ["a line of its own", "A plan.\n\nMemories used: [0, 2]", 3, [0, 2]],
  ["a line in bold", "A plan.\n**Memories used:** [1]", 3, [1]],
  ["a line that says none", "A plan.\nMemories used: none", 3, []],
  ["brackets in code", `A plan.\n\n${code}`, 5, []],
  ["brackets in inline code", "Take `train[[0, 1]]` and x[0], f()[1].", 5, []],
  ["code, then the line", `${code}\nMemories used: [1]`, 5, [1]],
  ["a comment in code that says it", "```python\n# Memories used: [2]\nx = 1\n```", 5, [2]],
  ["numbers that were not shown", "As [0, 7] say.", 5, [0]],
  ["each once, in order", "[2] and [1, 2].", 5, [1, 2]],
  ["a link", "See [1](https://example.org).", 5, []],
  ["words in brackets", "Add [count-encoding].", 5, []],
  ["an open fence", "Plan [1].\n```python\nx = [0]", 5, [1]],
  [
    "data: only its sentences",
    '{"cards": [{"modelName": "a [0]", "why": "it won [1]", "sources": [2]}]}',
    5,
    [1],
  ],
  ["semicolons", "[0; 1]", 5, [0, 1]],
  ["no reply", "", 5, []],
] as const)("citations are read from %s", (_, reply, shown, expected) => {
  expect(citationsIn(reply, shown)).toEqual(expected);
});

test("the line that cites is no part of the answer, and code stays as it is", () => {
  expect(withoutCitationLine(`A plan.\n${code}\nMemories used: [0]`)).toBe(`A plan.\n${code}\n`);
  const comment = "```python\n# Memories used: [2]\n```";
  expect(withoutCitationLine(comment)).toBe(comment);
});
