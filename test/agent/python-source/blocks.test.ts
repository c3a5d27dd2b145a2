import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openPython } from "../../../agent/python-source/python-source.ts";
import { anyScript, honestScripts } from "./scripts.ts";

const python = await openPython();

function outline(name: string, mode: "referee" | "self-reported" = "referee"): string[] {
  const code = honestScripts().find((script) => script.name === name)?.code ?? "";
  return python
    .blocks(code, mode)
    .map((block) => `${block.id} ${block.isProtected ? "protected" : "open"}: ${block.title}`);
}

describe("blocks", () => {
  test("follow the section headers of a script that has them", () => {
    expect(outline("lightgbm-sections.py")).toEqual([
      "block-1 protected: imports and settings",
      "block-2 protected: read the data",
      "block-3 open: target",
      "block-4 open: features",
      "block-5 open: model",
      "block-6 protected: submission",
    ]);
  });

  test("enter a main function and leave its header and guard alone", () => {
    expect(outline("main-guard.py")).toEqual([
      'block-1 protected: """Gradient boosting with an out-of-fold target encoding."""',
      "block-2 open: encode",
      "block-3 protected: def main():",
      "block-4 protected: Load data",
      "block-5 open: Feature engineering",
      "block-6 open: Model",
      "block-7 protected: Submission",
      'block-8 protected: if __name__ == "__main__":',
    ]);
  });

  test("are found without any comment or blank line to go by", () => {
    expect(outline("no-structure.py")).toHaveLength(6);
  });

  test("protect split, metric and score line only where the script scores itself", () => {
    expect(
      outline("self-reported.py", "self-reported").filter((line) => line.includes("protected")),
    ).toEqual([
      "block-1 protected: import numpy as np",
      "block-3 protected: Hold-out split",
      "block-5 protected: Score",
    ]);
    expect(
      outline("self-reported.py", "referee").filter((line) => line.includes("protected")),
    ).toEqual(["block-1 protected: import numpy as np"]);
  });

  test("offer between four and fifteen blocks, of which two or more may be targeted, on every honest script", () => {
    for (const { name, code } of honestScripts()) {
      const blocks = python.blocks(code, "referee");
      expect(blocks.length, name).toBeGreaterThanOrEqual(4);
      expect(blocks.length, name).toBeLessThanOrEqual(15);
      expect(blocks.filter((block) => !block.isProtected).length, name).toBeGreaterThanOrEqual(2);
    }
  });

  test("never let a block that may be targeted read the input or write the submission", () => {
    for (const { name, code } of honestScripts())
      for (const block of python.blocks(code, "referee"))
        if (!block.isProtected) expect(block.text, name).not.toMatch(/read_csv\(|to_csv\(/u);
  });

  test("keep the image loader of a vision script open to refinement", () => {
    expect(outline("vision-torch.py").filter((line) => /open: Pictures$/u.test(line))).toHaveLength(
      1,
    );
  });

  test("cover every line that is not blank once, in order, on whole lines", () => {
    fc.assert(
      fc.property(anyScript, fc.constantFrom("referee", "self-reported"), (code, mode) => {
        const blocks = python.blocks(code, mode);
        let at = 0;
        for (const [index, block] of blocks.entries()) {
          expect(block.id).toBe(`block-${index + 1}`);
          expect(code.slice(at, block.start).trim()).toBe("");
          expect(code.slice(block.start, block.end)).toBe(block.text);
          expect(block.start === 0 || code[block.start - 1] === "\n").toBe(true);
          expect(block.title).not.toMatch(/^$|\n/u);
          at = block.end;
        }
        expect(code.slice(at).trim()).toBe("");
      }),
      { numRuns: 300 },
    );
  });

  test("stand on statement boundaries: each can be commented out of a script without definitions that need it", () => {
    fc.assert(
      fc.property(anyScript, (code) => {
        expect(python.hasSyntaxError(code)).toBeNull();
        for (const block of python.blocks(code, "referee")) {
          if (/^(?:def main|if __name__)/u.test(block.title)) continue;
          const without = python.replaceSpan(code, block, "pass");
          expect(typeof without).toBe("string");
        }
      }),
      { numRuns: 150 },
    );
  });

  test("are had from any text at all", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(Array.isArray(python.blocks(text, "referee"))).toBe(true);
      }),
    );
  });
});
