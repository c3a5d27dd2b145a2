import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { shareMachine } from "../../sandbox/machine.ts";
import { folderMb, sealLog } from "../../sandbox/traces.ts";
import { copyInput, prepareWorkspace, takeSubmission } from "../../sandbox/workspace.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mle-workspace-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test("a workspace is made from nothing, whatever stood there", async () => {
  const workspace = join(folder, "work");
  await prepareWorkspace(workspace, "one");
  await writeFile(join(workspace, "submission.csv"), "of an earlier life");
  await prepareWorkspace(workspace, "two");
  expect(readFileSync(join(workspace, "solution.py"), "utf8")).toBe("two");
  expect(existsSync(join(workspace, "submission.csv"))).toBe(false);
});

test("an input is copied, tables first, and linked from where it gets large", async () => {
  const view = join(folder, "view");
  await mkdir(join(view, "images"), { recursive: true });
  await writeFile(join(view, "images", "a.png"), "picture");
  await writeFile(join(view, "train.csv"), "table");
  await utimes(join(view, "train.csv"), 1, 1);
  const [own, few] = [join(folder, "own"), join(folder, "few")];
  await copyInput(view, own);
  await copyInput(view, few, { bytes: 6 });
  const node = (at: string, name: string) => stat(join(at, name));
  expect((await node(own, "images/a.png")).nlink).toBe(1);
  const [table, picture] = [await node(few, "train.csv"), await node(few, "images/a.png")];
  expect([table.nlink, table.mtimeMs]).toEqual([1, 1000]);
  expect(picture.ino).toBe((await node(view, "images/a.png")).ino);
  expect(readFileSync(join(own, "images", "a.png"), "utf8")).toBe("picture");
});

test("a submission past the size limit is refused and leaves no copy", async () => {
  await writeFile(join(folder, "submission.csv"), "");
  await truncate(join(folder, "submission.csv"), 5 << 20);
  const to = join(folder, "taken.csv");
  const taken = await takeSubmission(folder, to, 1 << 20);
  expect(taken).toEqual({
    path: null,
    reason: `submission.csv is larger than ${1 << 20} bytes`,
  });
  expect(existsSync(to) || existsSync(`${to}.part`)).toBe(false);
});

test.runIf(process.getuid?.() === 0)("a device in place of the submission is refused", async () => {
  execFileSync("mknod", [join(folder, "submission.csv"), "c", "1", "5"]);
  const taken = await takeSubmission(folder, join(folder, "taken.csv"));
  expect(taken).toMatchObject({
    path: null,
    reason: expect.stringContaining("not a regular file"),
  });
});

test("a long log keeps head and tail, with the cut marked", async () => {
  const log = join(folder, "run.log");
  await writeFile(log, `first\n${"x".repeat(50_000)}\nlast`);
  const excerpt = await sealLog(log, 1);
  expect(excerpt).toMatch(/^first\n/);
  expect(excerpt).toMatch(/last$/);
  expect(excerpt).toMatch(/bytes left out/);
  expect(Buffer.byteLength(excerpt)).toBeLessThanOrEqual(8 * 1024);
});

test("disk use counts blocks: a sparse file of a terabyte is small", async () => {
  await writeFile(join(folder, "sparse"), "");
  await truncate(join(folder, "sparse"), 2 ** 40);
  execFileSync("ln", ["-s", "/", join(folder, "everything")]);
  expect(await folderMb(folder, 100)).toBeLessThan(1);
});

test("slots are bounded by cores and by memory, and share all cores", () => {
  const large = shareMachine({ cores: 16, memoryMb: 64_000 }, null);
  expect(large).toMatchObject({ slots: 8, limits: { cpus: 2 } });
  const tight = shareMachine({ cores: 16, memoryMb: 6000 }, null);
  expect(tight).toMatchObject({ slots: 2, limits: { cpus: 8 } });
  const tiny = shareMachine({ cores: 1, memoryMb: 900 }, null);
  expect(tiny).toMatchObject({ slots: 1, limits: { cpus: 1 } });
});
