import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openPython } from "../../../agent/python-source/python-source.ts";
import { anyScript, honestScripts } from "./scripts.ts";

const python = await openPython();

describe("hasSyntaxError", () => {
  test.each([
    ["an open bracket", "x = (1,\n", 1],
    ["a missing body", "def f():\nx = 1\n", 1],
    ["a body of comments only", "x = 1\nfor i in x:\n    # later\n", 2],
    ["an unexpected indentation", "x = 1\n  y = 2\n", 2],
    ["a dedent to nowhere", "if x:\n    y = 1\n  z = 2\n", 3],
    ["tabs against spaces", "if a:\n\tx = 1\n        y = 2\n", 3],
    ["Python 2", "x = 1\nprint 'a'\n", 2],
    ["two statements on a line", "x = 5 y = 6\n", 1],
    ["a return outside a function", "x = 1\nreturn x\n", 2],
    ["a break outside a loop", "if x:\n    break\n", 2],
    ["a fence mark", "```python\nx = 1\n```\n", 1],
    ["a shell line", "!pip install lightgbm\nx = 1\n", 1],
    ["prose", "Here is the code you asked for:\n", 1],
    ["a null character", "x = 1\ny = '\0'\n", 2],
  ])("names the line of %s", (_, code, line) => {
    expect(python.hasSyntaxError(code)?.line).toBe(line);
  });

  test("finds an else at another depth than its if", () => {
    const code = "def f(a):\n    if a:\n        x = 1\n  else:\n        y = 1\n";
    expect(python.hasSyntaxError(code)).not.toBeNull();
  });

  test("quotes the line that is wrong", () => {
    expect(python.hasSyntaxError("x = 1\n  y = 2\n")).toEqual({
      line: 2,
      text: "unexpected indent: y = 2",
    });
  });

  test("finds none in honest scripts, with any line ends", () => {
    for (const { name, code } of honestScripts()) {
      expect(python.hasSyntaxError(code), name).toBeNull();
      expect(python.hasSyntaxError(code.replaceAll("\n", "\r\n")), name).toBeNull();
    }
    fc.assert(
      fc.property(anyScript, (code) => {
        expect(python.hasSyntaxError(code)).toBeNull();
      }),
    );
  });

  test.each([
    ["soft keywords as names", "match = 1\ntype = 2\ncase = match\nprint(type)\n"],
    ["a match statement", "match x:\n    case [1, *rest] if rest:\n        pass\n"],
    ["a one-line body", "if x: y = 1; z = 2\n"],
    ["a continued comment with CRLF", "x = 1 # \\\r\ny = 2\r\n"],
    ["nested quotes in f-strings", "x = f\"{a['b']!r:>{width}} {c['d']}\"\n"],
    ["nothing", ""],
  ])("finds none in %s", (_, code) => {
    expect(python.hasSyntaxError(code)).toBeNull();
  });
});
