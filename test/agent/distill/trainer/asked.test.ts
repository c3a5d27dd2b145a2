import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { shown } from "../../../../agent/distill/asked.ts";
import { patchOf, patchText, replaced } from "../../../../agent/distill/reverse/patch.ts";
import { findPython } from "../../../../sandbox/environment/find-python.ts";

const room = fileURLToPath(new URL("../../../../agent/distill/trainer", import.meta.url));
const PROGRAM = `import json, sys
from asked import carried_out, shown
messages, asked, said = json.loads(sys.argv[1])
print(json.dumps([shown(messages, asked), carried_out(messages, said)]))`;

/** What a served student is shown of a question, and what becomes of its answer. */
async function served(...given: unknown[]): Promise<[unknown, string]> {
  const { executable } = await findPython();
  const { stdout } = await promisify(execFile)(
    executable,
    ["-B", "-c", PROGRAM, JSON.stringify(given)],
    { env: { PYTHONPATH: room } },
  );
  return JSON.parse(stdout) as [unknown, string];
}

const broken = 'x = read("a")\nfit(x)\nprint(x)';
const mended = 'x = read("b")\nfit(x)\nprint(x)';
const traceback = `Traceback (most recent call last):
  File "/box/solution.py", line 1, in <module>
    x = read("a")
        ~~~~^^^^^
  File "/lib/pandas.py", line 7, in read
    raise KeyError(a)
KeyError: 'a'`;
const messages = [
  { role: "system" as const, content: "the brief" },
  {
    role: "user" as const,
    content: `# Task\nMend it.\n\n# Script\n\`\`\`python\n${broken}\n\`\`\`\n\n# What happened\n${traceback}\n`,
  },
];

test("a served student is asked as in its rows, and its patch is made to the script", async () => {
  const asked = { brief: false, from: "# Script", ownFrames: true, patch: true };
  const patch = patchOf(broken, mended) ?? { removed: [], added: [] };
  const [question, answer] = await served(messages, asked, `It is b.\n${patchText(patch)}`);
  expect(question).toEqual(shown(messages, asked));
  expect(JSON.stringify(question)).not.toMatch(/pandas|\^\^|brief/u);
  expect(JSON.stringify(question)).toContain('File \\"solution.py\\", line 1');
  expect(answer).toBe(`It is b.\n\n\`\`\`python\n${mended}\n\`\`\``);
  expect(replaced(broken, patch.removed, patch.added)).toBe(mended);
});

test.for([
  ["a patch of lines that are not there", "Replace:\ny = 1\nWith:\ny = 2"],
  ["no patch", "I do not know."],
])("an answer stays as it was said: %s", async ([, said]) => {
  const asked = { brief: true, from: null, ownFrames: false, patch: true };
  expect(await served(messages, asked, said)).toEqual([messages, said]);
});
