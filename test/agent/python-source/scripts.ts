import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";

const folder = new URL("./fixtures/honest/", import.meta.url);

/** Scripts as honest people write them, by file name. */
export function honestScripts(): { name: string; code: string }[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".py"))
    .sort()
    .map((name) => ({ name, code: readFileSync(new URL(name, folder), "utf8") }));
}

const statements = [
  "x = 1",
  "train = pd.read_csv('./input/train.csv')",
  "y = train.pop('$1 $& $$ target')",
  "a = 1; b = 2",
  "for i in range(3):\n    print(i)\n    # tail of the loop",
  "if x:\n    y = 2\nelse:\n    y = 3",
  "def f(a,\n      b=2):\n    '''Doc\n  of many\nlines'''\n    return a + b",
  "@decorator\nclass A:\n    z = 1\n\n    def m(self):\n        return 'é😀'",
  "text = '''one\n  two\n\n# three\n'''",
  "values = [\n    1,\n  2,\n]",
  "with open('./input/a.csv') as f: pass",
  "import numpy as np",
  "from os import path",
  "model.fit(X, y)  # fit it",
  "z = x + \\\n    1",
  "sample.to_csv('submission.csv', index=False)",
  "try:\n    pass\nexcept ValueError:\n    pass",
];
const gaps = [
  "\n",
  "\n\n",
  "\n\n\n",
  "\n# note\n",
  "\n\n# --- part\n",
  "\n\n# Some title\n\n",
  "\n   \n",
];

function indented(code: string, by: string): string {
  return code.replaceAll("\n", `\n${by}`);
}

/** Valid scripts put together from statements, gaps, line ends and, at times, a `main`. */
export const anyScript: fc.Arbitrary<string> = fc
  .record({
    parts: fc.array(fc.tuple(fc.constantFrom(...statements), fc.constantFrom(...gaps)), {
      minLength: 1,
      maxLength: 25,
    }),
    main: fc.boolean(),
    crlf: fc.boolean(),
    newline: fc.boolean(),
  })
  .map(({ parts, main, crlf, newline }) => {
    const body = parts
      .map(([statement, gap]) => statement + gap)
      .join("")
      .trimEnd();
    const safe = parts.every(([statement]) => !statement.includes("'''"));
    const script =
      main && safe
        ? `import sys\n\n\ndef main():\n    ${indented(body, "    ")}\n    return 0\n\n\nif __name__ == "__main__":\n    main()`
        : body;
    const ended = newline ? `${script}\n` : script;
    return crlf ? ended.replaceAll("\n", "\r\n") : ended;
  });
