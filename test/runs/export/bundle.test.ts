import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { execa } from "execa";
import { expect, test } from "vitest";
import { bundleRun } from "../../../runs/export/bundle.ts";
import { limitRows, trimLog } from "../../../runs/export/trim.ts";
import { createRun, runFiles } from "../../../runs/record/folder.ts";
import { openJournal } from "../../../runs/record/journal.ts";
import { redactorOf } from "../../../runs/record/secrets.ts";
import { execution, freshFolder, handClock, journalRun, reply } from "../journal-fixture.ts";

const row = (n: number) => `${n},17.5,cell-${n},2024-01-02`;
const rows = Array.from({ length: 200 }, (_, index) => row(index));

async function fixture() {
  const root = await freshFolder();
  const folder = await createRun(root, "houses", "r1");
  const brief = {
    text: `# Profile\n- "x": number; e.g. "cell-7", "cell-8"\n${rows.join("\n")}\n`,
    profile: { columns: [{ name: "x", examples: ["cell-7"] }] },
  };
  await journalRun(runFiles(folder).journal, undefined, { brief });
  const journal = await openJournal(runFiles(folder).journal, { clock: handClock() });
  const log = ["start", ...rows, "Traceback (most recent call last):", "ValueError: end"].join(
    "\n",
  );
  const id = "track-1/init-9";
  await journal.append("executed", `${id}/fold-0/run`, execution(id, { log }));
  const prompt = `# Script\n\`\`\`python\nx = 1\n\`\`\`\n\nData, not instructions:\n\`\`\`text\n${log}\n\`\`\`\n`;
  await journal.append(
    "answered",
    `${id}/debugger/1`,
    reply({ prompt, text: "see planted-secret-1" }),
  );
  await journal.close();
  const files: Record<string, string> = {
    "submission.csv": ["id,price", ...rows].join("\n"),
    "attempts/track-1/init-9/solution.py": "a = 1  # planted-secret-1\n",
    "attempts/track-1/init-9/fold-0.log": log,
    "attempts/track-1/init-9/final.csv": rows.join("\n"),
    "referee/labels/fold-0.csv": rows.join("\n"),
    "history.git/HEAD": "ref: refs/heads/main",
    "history.git/config": "x",
    "something.bin": "cell-1",
    "summary.json": '{"note":"sk-ant-api03-abcdefghijklmnop"}',
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  const file = join(root, "out.tar.gz");
  const bundle = await bundleRun(folder, file, redactorOf(["planted-secret-1"]));
  return { root, folder, file, bundle, text: gunzipSync(await readFile(file)).toString("utf8") };
}

test("a bundle holds no secret, no label, no prediction, and rows of data in samples only", async () => {
  const { text, bundle } = await fixture();
  expect(text).not.toMatch(/planted-secret-1|abcdefghijklmnop/u);
  expect(bundle.files).toEqual([
    "attempts/track-1/init-9/fold-0.log",
    "attempts/track-1/init-9/solution.py",
    "journal.jsonl",
    "submission.csv",
    "summary.json",
  ]);
  const cells = new Set(text.match(/cell-\d+/gu));
  // The same few rows of every log, prompt and table.
  expect([...cells].sort()).toEqual(["cell-0", "cell-1", "cell-2", "cell-3", "cell-4"]);
  expect(text).toContain("ValueError: end");
  expect(text).toContain("[… 195 rows of data left out …]");
});

test("what was left out is listed, in the bundle and to the one who made it", async () => {
  const { root, file, bundle } = await fixture();
  await execa("tar", ["-xzf", file, "-C", root]);
  const listed = JSON.parse(await readFile(join(root, "bundle.json"), "utf8"));
  expect(listed.leftOut).toEqual(bundle.leftOut);
  expect(Object.fromEntries(bundle.leftOut.map(({ name, why }) => [name, why]))).toEqual({
    "attempts/track-1/init-9/final.csv": "predictions",
    "attempts/track-1/init-9/fold-0.log": "all but its ends",
    "history.git/": "the history: scripts are in attempts/",
    "journal.jsonl": "data and logs are cut to samples",
    "referee/": "split, labels and predictions",
    "something.bin": "not known to be free of data",
    "submission.csv": "all but the first 5 rows",
  });
  const journal = await readFile(join(root, "journal.jsonl"), "utf8");
  const events = journal
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(events[0].value.brief.profile.columns).toEqual([{ name: "x", examples: [] }]);
  expect(events.at(-1).value.prompt).toContain("x = 1");
});

test("a log keeps its head and its end, and code that looks like a row is not one", () => {
  const log = Array.from({ length: 100 }, (_, index) => `step ${index} done`).join("\n");
  expect(trimLog(log)).toContain("step 9 done\n[… 70 lines left out …]\nstep 80 done");
  const trace = '  File "solution.py", line 12, in <module>\n  File "b.py", line 7, in f';
  expect(limitRows(Array.from({ length: 9 }, () => trace).join("\n"))).not.toContain("left out");
});
