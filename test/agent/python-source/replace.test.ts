import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openPython } from "../../../agent/python-source/python-source.ts";
import { anyScript, honestScripts } from "./scripts.ts";

const python = await openPython();

function span(code: string, text: string) {
  const start = code.indexOf(text);
  return { start, end: start + text.length };
}

function replaced(code: string, old: string, text: string): string {
  const result = python.replaceSpan(code, span(code, old), text);
  return typeof result === "string" ? result : `problem: ${result.problem}`;
}

describe("replaceSpan", () => {
  test("changes nothing when a block is replaced by itself, whatever the script", () => {
    const check = (code: string) => {
      for (const block of python.blocks(code, "referee")) {
        expect(python.replaceSpan(code, block, block.text)).toBe(code);
        expect(python.replaceSpan(code, block, `\n${block.text}\n\n`)).toBe(code);
      }
    };
    fc.assert(fc.property(anyScript, check), { numRuns: 200 });
    for (const { code } of honestScripts()) check(code);
  });

  test("leaves the rest of the file byte-identical, keeps the syntax, and gives the same again when repeated", () => {
    const texts = [
      "x = '$1 $& $$ $` $\\''",
      "    a = 1\n    if a:\n        b = '''\n  as it stands\n'''",
      "for i in x:\n\n    pass\r\n\r\n",
    ];
    fc.assert(
      fc.property(anyScript, fc.constantFrom(...texts), (code, text) => {
        for (const block of python.blocks(code, "referee")) {
          if (/^(?:def main|if __name__)/u.test(block.title)) continue;
          const once = python.replaceSpan(code, block, text);
          if (typeof once !== "string") throw new Error(once.problem);
          expect(once.startsWith(code.slice(0, block.start))).toBe(true);
          expect(once.endsWith(code.slice(block.end))).toBe(true);
          expect(python.hasSyntaxError(once)).toBeNull();
          const end = once.length - (code.length - block.end);
          const written = { start: block.start, end };
          expect(python.replaceSpan(once, written, text)).toBe(once);
        }
      }),
      { numRuns: 120 },
    );
  });

  test("re-indents to where the block stands, strings of several lines excepted", () => {
    const code = "def main():\n    a = 1\n    b = 2\n";
    expect(replaced(code, "    a = 1", "if x:\n\ta = '''\nkept\n'''\n# note")).toBe(
      "def main():\n    if x:\n    \ta = '''\nkept\n'''\n    # note\n    b = 2\n",
    );
  });

  test("mends a first line that lost its indentation to a copy from mid-line", () => {
    const code = "def main():\n    a = 1\n    b = 2\n";
    expect(replaced(code, "    a = 1", "a = 3\n    c = 4")).toBe(
      "def main():\n    a = 3\n    c = 4\n    b = 2\n",
    );
    expect(replaced(code, "a = 1", "a = 3\n    c = 4")).toBe(
      "def main():\n    a = 3\n    c = 4\n    b = 2\n",
    );
  });

  test("keeps the line ends of the script", () => {
    expect(replaced("a = 1\r\nb = 2\r\n", "a = 1", "c = 1\nd = 2")).toBe(
      "c = 1\r\nd = 2\r\nb = 2\r\n",
    );
  });

  test("writes dollar signs as they stand and changes one place only", () => {
    expect(replaced("p = 0\nq = 1\np = 0\n", "p = 0", "r = '$& $1 $$'")).toBe(
      "r = '$& $1 $$'\nq = 1\np = 0\n",
    );
  });

  test("refuses a result that is no Python and says where", () => {
    expect(replaced("a = 1\nb = 2\n", "b = 2", "b = (2")).toMatch(
      /^problem: syntax error at line/u,
    );
    expect(replaced("a = 1\nb = 2\n", "b = 2", "```python\nb = 2\n```")).toMatch(/^problem/u);
    expect(replaced("if x:\n    a = 1\n", "    a = 1", "# nothing left")).toMatch(
      /indented block/u,
    );
  });

  test("defect 5: refuses an empty or blank block instead of writing between all characters", () => {
    const code = "a = 1\nb = 2\n";
    for (const text of ["", "  \n\t\n", "\r\n"]) {
      expect(python.replaceSpan(code, span(code, "a = 1"), text)).toEqual({
        problem: "the new block is empty",
      });
      expect(python.findBlock(code, text)).toEqual({ problem: "the quoted block is empty" });
    }
    expect(python.replaceSpan(code, { start: 3, end: 3 }, "x = 1")).toHaveProperty("problem");
  });

  test("refuses a span that is not of this script", () => {
    for (const [start, end] of [
      [-1, 2],
      [0, 99],
      [4, 2],
      [0.5, 2],
      [Number.NaN, 2],
    ])
      expect(
        python.replaceSpan("a = 1\n", { start: start ?? 0, end: end ?? 0 }, "b = 1"),
      ).toHaveProperty("problem");
  });
});
