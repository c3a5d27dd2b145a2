import { describe, expect, test } from "vitest";
import { openPython } from "../../../../agent/python-source/python-source.ts";

const python = await openPython();
const task = { targets: ["price"], id: "id", mode: "referee" } as const;

function rules(code: string): string[] {
  return python
    .staticFindings(`${code}\n`, task)
    .map((finding) => `${finding.line} ${finding.rule}${finding.fatal ? "!" : ""}`);
}

const many = (count: number, each: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => each(n)).join(", ");

describe("rules against answers that a script brings along", () => {
  test.each([
    [`known = {${many(40, (n) => `${n + 1000}: ${n % 7}`)}}`, "1 hard-coded-answers!"],
    [`y = test["id"].map({${many(12, (n) => `"r${n}": ${n % 2}`)}})`, "1 hard-coded-answers!"],
    [`m = {${many(12, (n) => `"r${n}": 1`)}}\ns["y"] = test["id"].map(m)`, "1 hard-coded-answers!"],
    [`y = [${many(100, (n) => `${n}.5`)}]`, "1 hard-coded-answers!"],
    [
      `t = """\n${Array.from({ length: 200 }, (_, n) => `r${n},${n}.25`).join("\n")}\n"""`,
      "1 hard-coded-answers!",
    ],
    [`t = "${"QUJD".repeat(400)}"`, "1 packed-data!"],
    [`import base64\nt = base64.b64decode("${"QUJD".repeat(30)}")`, "2 packed-data!"],
    [`import zlib as z\nraw = b"${"a".repeat(90)}"\nt = z.decompress(raw)`, "3 packed-data!"],
    [`import pickle\nm = pickle.loads(bytes.fromhex('${"80".repeat(60)}'))`, "2 packed-data!"],
    ['sub.loc[sub["id"] == 7, "price"] = 1.5', "1 hard-coded-answers!"],
    ["sub.loc[sub.id.isin([1, 2]), 'price'] = 0", "1 hard-coded-answers!"],
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
