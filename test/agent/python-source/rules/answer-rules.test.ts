import { describe, expect, test } from "vitest";
import { openPython } from "../../../../agent/python-source/python-source.ts";

const python = await openPython();
const MARKS = { refused: "!", suspected: "?", hint: "" } as const;
/** A hundred clusters, and columns called 0 … 299. */
const LONG_NAME = "a_name_".repeat(300);
const vocabulary = new Set([LONG_NAME, ...Array.from({ length: 300 }, (_, n) => String(n))]);
const none: ReadonlySet<string> = new Set();
const task = { targets: ["price"], id: "id", mode: "referee", vocabulary: none } as const;

function rules(code: string, known = none): string[] {
  return python
    .staticFindings(`${code}\n`, { ...task, vocabulary: known })
    .map((finding) => `${finding.line} ${finding.rule}${MARKS[finding.weight]}`);
}

const many = (count: number, each: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => each(n)).join(", ");

describe("rules against answers that a script brings along", () => {
  test.each([
    [`known = {${many(40, (n) => `${n + 1000}: ${n % 7}`)}}`, "1 hard-coded-answers?"],
    [`y = test["id"].map({${many(12, (n) => `"r${n}": ${n % 2}`)}})`, "1 hard-coded-answers?"],
    [`m = {${many(12, (n) => `"r${n}": 1`)}}\ns["y"] = test["id"].map(m)`, "1 hard-coded-answers?"],
    [`y = [${many(100, (n) => `${n}.5`)}]`, "1 hard-coded-answers?"],
    [
      `t = """\n${Array.from({ length: 200 }, (_, n) => `r${n},${n}.25`).join("\n")}\n"""`,
      "1 hard-coded-answers?",
    ],
    [`t = "${"QUJD".repeat(400)}"`, "1 packed-data?"],
    [`import base64\nt = base64.b64decode("${"QUJD".repeat(30)}")`, "2 packed-data?"],
    [`import zlib as z\nraw = b"${"a".repeat(90)}"\nt = z.decompress(raw)`, "3 packed-data?"],
    [`import pickle\nm = pickle.loads(bytes.fromhex('${"80".repeat(60)}'))`, "2 packed-data?"],
    ['sub.loc[sub["id"] == 7, "price"] = 1.5', "1 hard-coded-answers?"],
    ["sub.loc[sub.id.isin([1, 2]), 'price'] = 0", "1 hard-coded-answers?"],
  ])("see %.80s", (code, expected) => {
    expect(rules(code)).toEqual([expected]);
  });

  test.each([
    [
      `states = {${many(50, (n) => `"${"ABCDEFGHIJ"[n % 10]}${"KLMNOPQRST"[n % 9]}x": "word${n}"`)}}`,
    ],
    [`month = {${many(12, (n) => `${n + 1}: "m${n}"`)}}`],
    [`cols = [${many(150, (n) => `"column_${n}_mean"`)}]`],
    [`bins = [${many(40, (n) => `${n}`)}]`],
    ["train = train[train['id'] != 1299]"],
    ["sub.loc[sub['id'] == row.id, 'price'] = model.predict(x)"],
    ["import base64\nt = base64.b64encode(x)"],
  ])("are silent on %.80s", (code) => {
    expect(rules(code)).toEqual([]);
  });
});

describe("the task's own labels and columns", () => {
  test.each([
    [`CLASSES = [${many(100, (n) => `"${n}"`)}]`],
    [`labels = [${many(100, (n) => `${99 - n}`)}]`],
    [`NUMERIC = [${many(300, (n) => `"${n}"`)}]`],
    [`codes = {${many(100, (n) => `"${n}": ${n}`)}}`],
    [`types = {${many(300, (n) => `"${n}": "float32"`)}}`],
    [`name = "${LONG_NAME}"`],
  ])("may be listed: %.80s", (code) => {
    expect(rules(code, vocabulary)).toEqual([]);
    expect(rules(code)).toEqual([
      expect.stringMatching(/^1 (?:hard-coded-answers|packed-data)\?$/u),
    ]);
  });

  test.each([
    [`y = [${many(500, (n) => `${(n * 37) % 100}`)}]`],
    [`y = [${many(120, (n) => `${n * 10}`)}]`],
    [`key = {${many(100, (n) => `${n}: ${n % 7}`)}}`],
    [`y = test["id"].map({${many(100, (n) => `${n}: ${99 - n}`)}})`],
  ])("are still answers where they are said row by row: %.80s", (code) => {
    expect(rules(code, vocabulary)).toEqual(["1 hard-coded-answers?"]);
  });
});
