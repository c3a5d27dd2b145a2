import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openPython } from "../../../agent/python-source/python-source.ts";
import { withOwnLines } from "../../../agent/python-source/strip.ts";
import { anyScript, honestScripts } from "./scripts.ts";

const python = await openPython();
const textOf = (code: string) => python.stripped(code).text;

describe("what runs of a script", () => {
  test.each([
    ["x = 1  # answers: 0110\n", "x = 1\n"],
    ['"""Answers: 0110"""\nx = 1\n', "x = 1\n"],
    ['"""A"""\nfrom __future__ import annotations\n', "from __future__ import annotations\n"],
    ['def f():\n    """0110"""\n    return 1\n', "def f():\n    return 1\n"],
    ['def f():\n    """0110"""\n', "def f():\n    pass\n"],
    ['class A: "0110"\n', "class A: pass\n"],
    ['def f():\n    "a"\n    "b"\n', "def f():\n    pass\n    pass\n"],
    ['"a"; x = 1\n', "pass; x = 1\n"],
    ["x = [\n    1,\n\n    # two\n    2,\n]\n\n\n\ny = 3\n", "x = [\n    1,\n    2,\n]\ny = 3\n"],
    ['x = """a\n\n# b\n"""\n\ny = "# c"\n', 'x = """a\n\n# b\n"""\ny = "# c"\n'],
    ["x = f'{1}'\nf'{x}'\n", "x = f'{1}'\nf'{x}'\n"],
    ["if x:\n    pass\n# a\nelse:\n    y = 2\n", "if x:\n    pass\nelse:\n    y = 2\n"],
  ])("of %j is %j", (code, expected) => {
    expect(textOf(code)).toBe(expected);
  });

  test("is the same when it is made once more, and can be parsed", () => {
    for (const { name, code } of honestScripts()) {
      const text = textOf(code);
      expect(python.hasSyntaxError(text), name).toBeNull();
      expect(textOf(text), name).toBe(text);
    }
  });

  test("can be parsed where the script can", () => {
    fc.assert(
      fc.property(fc.oneof(anyScript, fc.string({ unit: "grapheme" })), (code) => {
        const text = textOf(code);
        expect(python.hasSyntaxError(code) !== null || python.hasSyntaxError(text) === null).toBe(
          true,
        );
      }),
    );
  });
});

test("what Python says of it names the lines of the script, with their code", () => {
  const code = "# a\n\nx = 1\n\n# b\nraise ValueError(x)\n";
  const said =
    'Traceback (most recent call last):\n  File "solution.py", line 2, in <module>\nValueError: 1\n';
  expect(withOwnLines(said, python.stripped(code), code)).toBe(
    'Traceback (most recent call last):\n  File "solution.py", line 6, in <module>\n    raise ValueError(x)\nValueError: 1\n',
  );
  expect(withOwnLines("opened /etc/shadow at line 1", python.stripped(code), code)).toBe(
    "opened /etc/shadow at line 3",
  );
});
