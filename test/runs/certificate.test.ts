import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { certify } from "../../runs/certificate.ts";
import { runFiles } from "../../runs/folder.ts";
import { openJournal } from "../../runs/journal.ts";
import { type Finding, verifyFolder } from "../../runs/verify.ts";
import {
  end,
  execution,
  freshFolder,
  handClock,
  reply,
  start,
  verdict,
} from "./journal-fixture.ts";

const code = "print('submission')\n";
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const history = { read: async () => code, diff: async () => "" };
const submission = "id,y\n1,2\n";

/** A run that has ended, small but with every kind of file that a certificate covers. */
async function endedRun(): Promise<string> {
  const folder = await freshFolder();
  const files = runFiles(folder);
  const journal = await openJournal(files.journal, { clock: handClock() });
  const id = "track-1/init-1";
  await journal.append("run-started", "run-started", start());
  await journal.append("answered", `${id}/initialiser/1`, reply());
  await journal.append("executed", `${id}/fold-0/run`, execution(id, { codeHash: sha256(code) }));
  await journal.append("evaluated", `${id}/evaluated`, verdict(id, null, 0.5));
  const written = { solution: id, sha256: sha256(submission), why: "chosen" };
  await journal.append("submission-written", "publish/final", written);
  await journal.append("run-ended", "run-ended", { ...end, solution: id });
  await journal.close();
  await writeFile(files.submission, submission);
  await writeFile(files.solution, code);
  for (const name of ["labels/fold-0.npz", "bank/track-1%2Finit-1/fold-0.npz", "split.json"]) {
    await mkdir(join(files.referee, name, ".."), { recursive: true });
    await writeFile(join(files.referee, name), `content of ${name}`);
  }
  await certify(folder);
  return folder;
}

const failed = (findings: readonly Finding[]) =>
  findings.filter(({ ok }) => ok === false).map(({ check }) => check);

test("A run that has ended is what its certificate says.", async () => {
  const folder = await endedRun();
  const findings = await verifyFolder(folder, history);
  expect(findings.map(({ check, ok }) => [check, ok])).toEqual([
    ["certificate", true],
    ["journal", true],
    ["facts", true],
    ["files", true],
    ["code", true],
    ["submission", true],
  ]);
});

test("A certificate that is there is not made anew: what changed afterwards is not blessed.", async () => {
  const folder = await endedRun();
  await writeFile(runFiles(folder).submission, "id,y\n1,3\n");
  await certify(folder);
  expect(failed(await verifyFolder(folder, history))).toEqual(["files", "submission"]);
});

test.each([
  ["the journal", "journal.jsonl", 11],
  ["the certificate", "certificate.json", 5],
  ["the submission", "submission.csv", 1],
  ["the script", "solution.py", 1],
  ["the banked predictions", "referee/bank/track-1%2Finit-1/fold-0.npz", 1],
  ["the labels", "referee/labels/fold-0.npz", 1],
  ["the split", "referee/split.json", 1],
])("A change of any byte of %s is found.", async (_, name, every) => {
  const folder = await endedRun();
  const path = join(folder, name);
  const whole = await readFile(path);
  const missed: number[] = [];
  for (let at = 0; at < whole.length; at += every) {
    const changed = Buffer.from(whole);
    changed[at] = (changed[at] ?? 0) ^ 1;
    await writeFile(path, changed);
    if (failed(await verifyFolder(folder, history)).length === 0) missed.push(at);
  }
  expect(missed).toEqual([]);
});

test("A file that is gone, and one that was added, are found.", async () => {
  const folder = await endedRun();
  const added = join(folder, "referee", "bank", "late.npz");
  await writeFile(added, "");
  expect(failed(await verifyFolder(folder, history))).toEqual(["files"]);
  await rm(added);
  await rm(join(folder, "referee", "labels", "fold-0.npz"));
  expect(failed(await verifyFolder(folder, history))).toEqual(["files"]);
});

test("A commit that holds other code than what ran is found.", async () => {
  const folder = await endedRun();
  const other = { ...history, read: async () => "print('another')\n" };
  expect(failed(await verifyFolder(folder, other))).toEqual(["code"]);
});

test("Lines that were taken out, added or swapped break the chain of the journal.", async () => {
  const folder = await endedRun();
  const { journal } = runFiles(folder);
  const lines = (await readFile(journal, "utf8")).trimEnd().split("\n");
  const swapped = [lines[0], lines[2], lines[1], ...lines.slice(3)];
  for (const wrong of [lines.slice(1), lines.toSpliced(2, 1), swapped, [...lines, lines.at(-1)]]) {
    await writeFile(journal, `${wrong.join("\n")}\n`);
    expect(failed(await verifyFolder(folder, history))).toEqual(["journal"]);
  }
});
