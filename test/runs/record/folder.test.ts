import { mkdir, readdir, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { RunRefused } from "../../../runs/errors.ts";
import { copyAtomically, writeAtomically } from "../../../runs/record/atomic-file.ts";
import {
  checkJournalIsThere,
  createRun,
  findRun,
  firstMissing,
  listRuns,
  newRunId,
  removeRun,
  runFiles,
} from "../../../runs/record/folder.ts";
import { freshFolder } from "../journal-fixture.ts";

async function shelf() {
  const root = await freshFolder();
  const make = async (competition: string, id: string) => {
    const folder = await createRun(root, competition, id);
    const time = `2026-01-0${1 + (await listRuns(root)).length}T00:00:00.000Z`;
    await writeFile(runFiles(folder).journal, `{"v":1,"seq":1,"time":"${time}"}\n`);
    return folder;
  };
  const folders = {
    old: await make("houses", "20260101-000000-aaaa"),
    named: await make("houses", "my-run"),
    other: await make("spam", "20260103-000000-bbbb"),
  };
  return { root, folders };
}

test("a run id says when it was made and sorts by it", () => {
  expect(newRunId(new Date("2026-11-22T19:33:05.123Z"))).toMatch(/^20261122-193305-[0-9a-f]{4}$/u);
});

test("A new run gets its folder, and `latest` of its competition points at it.", async () => {
  const { root, folders } = await shelf();
  expect((await readdir(folders.old)).sort()).toEqual(["attempts", "journal.jsonl"]);
  expect(await readlink(join(root, "houses", "latest"))).toBe("my-run");
});

test("runs are listed newest first; source files, links and other folders are no runs", async () => {
  const { root } = await shelf();
  await writeFile(join(root, "journal.ts"), "");
  await mkdir(join(root, "python", "cache"), { recursive: true });
  await symlink("houses", join(root, "elsewhere"));
  expect(
    (await listRuns(root)).map((run) => `${run.competition}/${run.id} ${run.startedAt}`),
  ).toEqual([
    "spam/20260103-000000-bbbb 2026-01-03T00:00:00.000Z",
    "houses/my-run 2026-01-02T00:00:00.000Z",
    "houses/20260101-000000-aaaa 2026-01-01T00:00:00.000Z",
  ]);
  expect(await listRuns(join(root, "nowhere"))).toEqual([]);
});

test.each([
  ["latest", "other"],
  ["houses", "named"],
  ["houses/latest", "named"],
  ["houses/2026", "old"],
  ["my-run", "named"],
  ["my", "named"],
  ["20260103", "other"],
  ["spam/", "other"],
] as const)("`%s` finds the run a person means.", async (text, expected) => {
  const { root, folders } = await shelf();
  expect(await findRun(root, text)).toBe(folders[expected]);
});

test("a path finds its run too, wherever it lies", async () => {
  const { folders } = await shelf();
  expect(await findRun(await freshFolder(), `${folders.old}/`)).toBe(folders.old);
});

test("what fits several runs is refused with their names, what fits none with the way out", async () => {
  const { root } = await shelf();
  await expect(findRun(root, "2026")).rejects.toThrow("fits 2 runs");
  await expect(findRun(root, "2026")).rejects.toThrow("houses/20260101-000000-aaaa");
  await expect(findRun(root, "nothing")).rejects.toThrow("`mle-star runs list` shows them");
  await expect(findRun(await freshFolder(), "latest")).rejects.toThrow("there are none yet");
  for (const text of ["", "/", ".."]) await expect(findRun(root, text)).rejects.toThrow(RunRefused);
});

test("a folder that holds a run, or a name that cannot be one, is refused; a folder without a journal is taken", async () => {
  const { root, folders } = await shelf();
  await expect(createRun(root, "houses", "my-run")).rejects.toThrow("is there already");
  for (const id of ["../x", "latest", "", "a b", ".hidden"])
    await expect(createRun(root, "houses", id)).rejects.toThrow(RunRefused);
  await rm(runFiles(folders.named).journal);
  expect(await createRun(root, "houses", "my-run")).toBe(folders.named);
});

test("a file where a folder should be is one clear line", async () => {
  const root = await freshFolder();
  await writeFile(join(root, "houses"), "a file, not a folder");
  for (const runs of [root, join(root, "houses")])
    await expect(createRun(runs, "houses", "a")).rejects.toThrow("a file is in the way");
});

test("a file is replaced as a whole and leaves nothing beside it, by content or by copy", async () => {
  const folder = await freshFolder();
  const [from, to] = [join(folder, "from.csv"), join(folder, "to.csv")];
  await writeAtomically(to, "old");
  await writeAtomically(from, Buffer.from("new"));
  await copyAtomically(from, to);
  expect((await readdir(folder)).sort()).toEqual(["from.csv", "to.csv"]);
  await expect(copyAtomically(join(folder, "gone"), to)).rejects.toThrow("gone");
  expect((await readdir(folder)).sort()).toEqual(["from.csv", "to.csv"]);
});

test("A run that never began is taken away: `latest` points at the newest of the others again.", async () => {
  const { root, folders } = await shelf();
  const unbegun = await createRun(root, "houses", "unbegun");
  await removeRun(root, { competition: "houses", id: "unbegun", made: unbegun });
  expect((await readdir(join(root, "houses"))).sort()).toEqual([
    "20260101-000000-aaaa",
    "latest",
    "my-run",
  ]);
  expect(await readlink(join(root, "houses", "latest"))).toBe("my-run");

  await rm(folders.other, { recursive: true });
  await createRun(root, "spam", "unbegun");
  const made = join(root, "spam");
  await removeRun(root, { competition: "spam", id: "unbegun", made });
  expect(await readdir(root)).toEqual(["houses"]);
});

test("only folders are taken away that were made for the run: an empty one of the user's stays", async () => {
  const root = await freshFolder();
  const own = { competition: "houses", id: "unbegun" };
  const runsDir = join(root, "runs");
  expect(firstMissing(join(runsDir, "houses", "unbegun"))).toBe(runsDir);
  await createRun(runsDir, "houses", "unbegun");
  await removeRun(runsDir, { ...own, made: runsDir });
  expect(await readdir(root)).toEqual([]);

  await mkdir(runsDir);
  const made = firstMissing(join(runsDir, "houses", "unbegun")) ?? "";
  expect(made).toBe(join(runsDir, "houses"));
  await createRun(runsDir, "houses", "unbegun");
  await removeRun(runsDir, { ...own, made });
  expect(await readdir(root)).toEqual(["runs"]);
  expect(await readdir(runsDir)).toEqual([]);
  expect(firstMissing(runsDir)).toBeNull();
});

test("a run whose journal is lost is refused and left alone; one that never began is none", async () => {
  const { folders } = await shelf();
  const { journal, attempts, submission } = runFiles(folders.old);
  await checkJournalIsThere(folders.old);
  await writeFile(journal, "");
  await checkJournalIsThere(folders.old);
  await mkdir(join(attempts, "track-1"));
  await expect(checkJournalIsThere(folders.old)).rejects.toThrow(/journal is lost.*--fresh/u);
  await rm(attempts, { recursive: true });
  await writeFile(submission, "id,y\n");
  await rm(journal);
  await expect(checkJournalIsThere(folders.old)).rejects.toThrow(RunRefused);
});
