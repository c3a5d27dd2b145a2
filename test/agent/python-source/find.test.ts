import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openPython } from "../../../agent/python-source/python-source.ts";
import { anyScript, honestScripts } from "./scripts.ts";

const python = await openPython();

const code = `import pandas as pd

def main():
    train = pd.read_csv("./input/train.csv")
    # Encode the categories
    for column in ["a", "b"]:
        train[column] = train[column].astype("category").cat.codes

    model = make_model(depth=6, rate=0.05)
    model.fit(train.drop(columns="y"), train["y"])
    x = 1
    x = 1
`;

function found(text: string, script = code): string {
  const result = python.findBlock(script, text);
  return "problem" in result
    ? `problem: ${result.problem}`
    : script.slice(result.start, result.end);
}

describe("findBlock", () => {
  test("finds an exact quotation and takes the line's indentation with it", () => {
    expect(found('train = pd.read_csv("./input/train.csv")')).toBe(
      '    train = pd.read_csv("./input/train.csv")',
    );
  });

  test("finds a quotation with other line ends and trailing space", () => {
    const windows = code.replaceAll("\n", "\r\n");
    expect(found('    # Encode the categories  \n    for column in ["a", "b"]:   ', windows)).toBe(
      '    # Encode the categories\r\n    for column in ["a", "b"]:',
    );
    expect(found('    # Encode the categories\r\n    for column in ["a", "b"]:\r\n')).toBe(
      '    # Encode the categories\n    for column in ["a", "b"]:',
    );
  });

  test("finds a quotation that was moved sideways or lost its blank lines", () => {
    expect(
      found(
        'for column in ["a", "b"]:\n    train[column] = train[column].astype("category").cat.codes\nmodel = make_model(depth=6, rate=0.05)',
      ),
    ).toBe(
      '    for column in ["a", "b"]:\n        train[column] = train[column].astype("category").cat.codes\n\n    model = make_model(depth=6, rate=0.05)',
    );
  });

  test("finds a quotation that is alike by nine tenths and gives what really stands there", () => {
    expect(
      found(
        "model = make_model(depth=6, rate=0.05)\nmodel.fit(train.drop(columns='y'), train['y'])",
      ),
    ).toBe(
      '    model = make_model(depth=6, rate=0.05)\n    model.fit(train.drop(columns="y"), train["y"])',
    );
  });

  test("refuses a text that occurs twice, and says where", () => {
    expect(found("x = 1")).toBe(
      "problem: the quoted block occurs 2 times in the script (lines 11, 12); quote more of it",
    );
  });

  test("refuses a text that is not in the script, also when a name of it is", () => {
    expect(found("odel = make_model(depth=6")).toMatch(/^problem/u);
    expect(found("scaler = StandardScaler()\nX = scaler.fit_transform(X)")).toMatch(
      /is not in the script/u,
    );
    expect(found("y")).toMatch(/^problem/u);
  });

  test("finds every block of every script again by its own text, when it is unique", () => {
    const check = (script: string) => {
      for (const block of python.blocks(script, "referee")) {
        if (script.split(block.text).length > 2) continue;
        const span = python.findBlock(script, block.text);
        expect("problem" in span ? span.problem : script.slice(span.start, span.end).trim()).toBe(
          block.text.trim(),
        );
      }
    };
    for (const script of honestScripts()) check(script.code);
  });

  test("gives a span of the script or a reason for any needle", () => {
    fc.assert(
      fc.property(anyScript, fc.string({ unit: "grapheme" }), (script, text) => {
        const span = python.findBlock(script, text);
        if ("problem" in span) expect(span.problem).not.toBe("");
        else expect(script.slice(span.start, span.end).length).toBe(span.end - span.start);
      }),
    );
  });
});
