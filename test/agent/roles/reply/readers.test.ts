import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { codeUnless, oneCodeBlock, prose } from "../../../../agent/roles/reply/readers.ts";
import { Unreadable } from "../../../../agent/roles/role.ts";

const tick = "```";

function code(text: string): string {
  const read = oneCodeBlock.read(text);
  return read instanceof Unreadable ? `unreadable: ${read.why}` : read;
}

describe("oneCodeBlock", () => {
  test.each([
    ["a python fence", `${tick}python\nx = 1\n${tick}`, "x = 1\n"],
    ["prose around it", `Sure!\n\n${tick}python\nx = 1\n${tick}\nHope it helps.`, "x = 1\n"],
    ["a py label", `${tick}py\nx = 1\n${tick}`, "x = 1\n"],
    ["a label with more behind it", `${tick}Python title="a.py"\nx = 1\n${tick}`, "x = 1\n"],
    ["tildes", "~~~python\nx = 1\n~~~", "x = 1\n"],
    ["no label", `${tick}\nx = 1\n${tick}`, "x = 1\n"],
    [
      "a longer fence with a fence inside",
      `${tick}${tick}python\ns = '''\n${tick}\n'''\n${tick}${tick}`,
      `s = '''\n${tick}\n'''\n`,
    ],
    [
      "a labeled mark inside a fence",
      `${tick}python\ns = '''\n${tick}json\n'''\n${tick}`,
      `s = '''\n${tick}json\n'''\n`,
    ],
    [
      "a Markdown fence around a Python fence",
      `${tick}markdown\n${tick}python\nx = 1\n${tick}\n${tick}`,
      "x = 1\n",
    ],
    [
      "an indented fence",
      `1. Do this:\n   ${tick}python\n   if x:\n       y = 1\n   ${tick}`,
      "if x:\n    y = 1\n",
    ],
    ["an unclosed fence", `${tick}python\nx = 1\ny = 2`, "x = 1\ny = 2\n"],
    ["a fence on one line", `${tick}x = 1${tick}`, "x = 1\n"],
    [
      "a shell block beside it",
      `${tick}bash\npip install lightgbm and much more\n${tick}\n${tick}python\nx = 1\n${tick}`,
      "x = 1\n",
    ],
    ["CRLF", `Here:\r\n${tick}python\r\nx = 1\r\ny = 2\r\n${tick}\r\n`, "x = 1\ny = 2\n"],
    ["dollar signs", `${tick}python\nx = "$& $1 $$"\n${tick}`, 'x = "$& $1 $$"\n'],
    [
      "a leading indentation",
      `${tick}python\n\n    x = 1\n    y = 2\n\n${tick}`,
      "    x = 1\n    y = 2\n",
    ],
    ["plain code", "import os\n\nx = os.getcwd()\n", "import os\n\nx = os.getcwd()\n"],
    [
      "plain code with prose around it",
      "Here is the script:\n\nimport os\nx = [\n  1,\n]\nprint(x)\n\nThis should work now.",
      "import os\nx = [\n  1,\n]\nprint(x)\n",
    ],
    [
      "a thought before it",
      `<think>\n${tick}python\nbad = 1\nworse = 2\n${tick}\n</think>\n${tick}python\nx = 1\n${tick}`,
      "x = 1\n",
    ],
  ])("reads %s", (_, reply, expected) => {
    expect(code(reply)).toBe(expected);
  });

  test("takes the longest of several Python blocks", () => {
    const reply = `First:\n${tick}python\nx = 1\n${tick}\nThen all of it:\n${tick}python\nx = 1\ny = 2\n${tick}\n`;
    expect(code(reply)).toBe("x = 1\ny = 2\n");
  });

  test.each([
    ["nothing", ""],
    ["white space", " \r\n\t"],
    ["prose", "I cannot help with that. The data = what you gave me is not enough."],
    ["an empty fence", `${tick}python\n\n${tick}`],
    ["JSON in a fence", `${tick}json\n{"x": 1}\n${tick}`],
    ["a thought that never ends", "<think>\nimport os\n"],
  ])("tells why it cannot read %s", (_, reply) => {
    expect(code(reply)).toMatch(/^unreadable: .{10}/u);
  });

  test("defect 9: leaves no prose and no fence label in the script", () => {
    expect(code(`Here is the corrected script.\n${tick}py\nx = 1\n${tick}\nIt now works.`)).toBe(
      "x = 1\n",
    );
  });

  test("never alters code: what stands in a fence comes out as it stood", () => {
    const line = fc
      .string({ unit: "grapheme" })
      .filter((text) => !/[`~\r\n]/u.test(text) && !/\s$/u.test(text));
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), (lines) => {
        const body = ["x = 1", ...lines, "y = 2"].join("\n");
        expect(code(`Look:\n${tick}python\n${body}\n${tick}\nDone.`)).toBe(`${body}\n`);
      }),
    );
  });
});

describe("codeUnless", () => {
  const reader = codeUnless("All the provided information is used.");

  test.each([
    ["All the provided information is used.", null],
    ["Having looked: **All the provided information is used**.", null],
    [`${tick}\nAll the provided information is used.\n${tick}`, null],
    [
      `${tick}python\nimport os\n${tick}\nNot all the provided information was used.`,
      "import os\n",
    ],
  ])("reads %j", (reply, expected) => {
    expect(reader.read(reply)).toBe(expected);
  });

  test("refuses what is neither", () => {
    expect(reader.read("Looks fine to me.")).toBeInstanceOf(Unreadable);
  });
});

describe("prose", () => {
  test.each([
    ["  Scale the inputs.\r\n", "Scale the inputs."],
    [`${tick}text\nScale the inputs.\n${tick}`, "Scale the inputs."],
    ["<think>hm</think>\nScale the inputs.", "Scale the inputs."],
    [`Use ${tick}\ncode\n${tick} here.`, `Use ${tick}\ncode\n${tick} here.`],
  ])("reads %j", (reply, expected) => {
    expect(prose.read(reply)).toBe(expected);
  });

  test("refuses an empty reply", () => {
    expect(prose.read(" \n")).toBeInstanceOf(Unreadable);
  });
});
