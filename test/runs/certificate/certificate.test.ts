import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { certify } from "../../../runs/certificate/certificate.ts";
import { type Finding, verifyFolder } from "../../../runs/certificate/verify.ts";
import { runFiles } from "../../../runs/record/folder.ts";
import { sampled } from "../../sample.ts";
import { freshFolder } from "../journal-fixture.ts";
import { history, endedRun as writeEndedRun } from "./ended-run.ts";
import { spread, tamper } from "./tamper.ts";

const endedRun = async () => writeEndedRun(await freshFolder());

const failed = (findings: readonly Finding[]) =>
  findings.filter(({ ok }) => ok === false).map(({ check }) => check);

test("a run that has ended is what its certificate says", async () => {
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

test("a run whose scripts saw the files of the user says first of all that a score could have been faked", async () => {
  const bodyAfter = async (protectsFiles: boolean): Promise<[string, unknown][]> => {
    const folder = await writeEndedRun(await freshFolder(), { protectsFiles });
    const text = await readFile(runFiles(folder).certificate, "utf8");
    return Object.entries(JSON.parse(text).body);
  };
  expect((await bodyAfter(true))[0]).toEqual(["warning", null]);
  expect((await bodyAfter(false))[0]).toEqual([
    "warning",
    expect.stringContaining("a score could have been faked"),
  ]);
});

test("a certificate that is there is not made anew: what changed afterwards is not blessed", async () => {
  const folder = await endedRun();
  await writeFile(runFiles(folder).submission, "id,y\n1,3\n");
  await certify(folder);
  expect(failed(await verifyFolder(folder, history))).toEqual(["files", "submission"]);
});

test("each changed byte, cut, addition and moved line of journal, predictions, submission and certificate is found", async () => {
  const folder = await endedRun();
  let bytes = 0;
  const { tried, missed } = await tamper(folder, (length) => {
    const places = sampled(spread(length, 700), { size: 80, seed: 5 });
    bytes += places.length;
    return places;
  });
  expect(missed).toEqual([]);
  expect(bytes).toBeGreaterThan(300);
  expect(tried).toBeGreaterThan(bytes);
  // All is put back: what was found was the change and nothing else.
  expect(failed(await verifyFolder(folder, history))).toEqual([]);
}, 120_000);

test("files that changed places are found", async () => {
  const folder = await endedRun();
  const [one, other] = ["labels", "bank/track-1%2Finit-1"].map((name) =>
    join(folder, "referee", name, "fold-0.npz"),
  );
  const [a, b] = [await readFile(one ?? ""), await readFile(other ?? "")];
  await writeFile(one ?? "", b);
  await writeFile(other ?? "", a);
  expect(failed(await verifyFolder(folder, history))).toEqual(["files"]);
});

test("a file that is gone, and one that was added, are found", async () => {
  const folder = await endedRun();
  const added = join(folder, "referee", "bank", "late.npz");
  await writeFile(added, "");
  expect(failed(await verifyFolder(folder, history))).toEqual(["files"]);
  await rm(added);
  await rm(join(folder, "referee", "labels", "fold-0.npz"));
  expect(failed(await verifyFolder(folder, history))).toEqual(["files"]);
});

test("a commit that holds other code than what ran is found", async () => {
  const folder = await endedRun();
  const other = { ...history, read: async () => "print('another')\n" };
  expect(failed(await verifyFolder(folder, other))).toEqual(["code"]);
});

test("lines that were taken out, added or swapped break the chain of the journal", async () => {
  const folder = await endedRun();
  const { journal } = runFiles(folder);
  const lines = (await readFile(journal, "utf8")).trimEnd().split("\n");
  const swapped = [lines[0], lines[2], lines[1], ...lines.slice(3)];
  for (const wrong of [lines.slice(1), lines.toSpliced(2, 1), swapped, [...lines, lines.at(-1)]]) {
    await writeFile(journal, `${wrong.join("\n")}\n`);
    expect(failed(await verifyFolder(folder, history))).toEqual(["journal"]);
  }
});
