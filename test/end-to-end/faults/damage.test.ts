import { execFileSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { EventType } from "../../../runs/events/events.ts";
import { hashFile } from "../../../runs/record/hash-file.ts";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import {
  type MessagesServer,
  saying,
  startMessagesServer,
} from "../../fakes/servers/messages-server.ts";
import { sampled } from "../../sample.ts";
import { writeWages } from "../made-competition.ts";
import { type Ended, mleStar, runCommand, scriptsOf } from "../program.ts";
import { answerTo } from "../scripted-answers.ts";

const settings = ["tracks=1", "candidates=2", "attempts=1", "ablationVariants=1"];

/** A run and one more, on a machine that others share: only a hang takes so long. */
const HANG_MS = 1_200_000;

let root: string;
let competition: string;
let server: MessagesServer;
let whole: string;
let undisturbed: Awaited<ReturnType<typeof outcomeOf>>;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-damage-"));
  competition = await writeWages(join(root, "wages"), 3000);
  server = await startMessagesServer(({ prompt }) => saying(answerTo(prompt)));
  whole = join(root, "whole");
  expect(await runAgain(whole)).toMatchObject({ code: 0 });
  undisturbed = await outcomeOf(whole);
});
afterAll(async () => {
  await server.close();
  await rm(root, { recursive: true, force: true });
});

/** The same command, whatever lies in the folder of its runs. */
function runAgain(runs: string, flags: readonly string[] = []): Promise<Ended> {
  return mleStar(
    runCommand(competition, { runs, id: "one", settings, flags: ["--seed", "3", ...flags] }),
    { ANTHROPIC_BASE_URL: server.url },
  );
}

function folderIn(runs: string): string {
  return join(runs, "wages", "one");
}

/** What a run came to, without times and paths. */
async function outcomeOf(runs: string) {
  const folder = folderIn(runs);
  const events = await readEvents(join(folder, "journal.jsonl"));
  const format = "%(refname) %(tree) %(subject)";
  const history = join(folder, "history.git");
  const refs = execFileSync("git", ["-C", history, "for-each-ref", `--format=${format}`]);
  return {
    ended: events.find((event) => event.type === "run-ended")?.value,
    decisions: events.flatMap((event) => (event.type === "decided" ? [event.value] : [])),
    submission: await hashFile(join(folder, "submission.csv")),
    scripts: await scriptsOf(folder),
    attempts: refs.toString("utf8").trim().split("\n").sort(),
  };
}

/** A copy of the whole run as a kill leaves it before its first event of a type; null: it has ended. */
async function killedBefore(name: string, type: EventType | null): Promise<string> {
  const runs = join(root, name);
  await cp(whole, runs, { recursive: true, verbatimSymlinks: true });
  if (type === null) return runs;
  const folder = folderIn(runs);
  const journal = join(folder, "journal.jsonl");
  const lines = (await readFile(journal, "utf8")).split("\n").slice(0, -1);
  const end = lines.findIndex((line) => line.includes(`"type":"${type}"`));
  await truncate(journal, Buffer.byteLength(lines.slice(0, end).join("\n")) + 1);
  await rm(join(folder, "certificate.json"));
  const sealed = join(folder, "referee", "sealed.json");
  const state = JSON.parse(await readFile(sealed, "utf8"));
  if (type === "sealed-opened")
    await writeFile(sealed, JSON.stringify({ ...state, closed: false }));
  else await rm(sealed);
  return runs;
}

async function flip(file: string): Promise<void> {
  const bytes = await readFile(file);
  const at = Math.floor(bytes.length / 2);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await rm(file);
  await writeFile(file, bytes);
}

/** Hash of every file below a folder, by its path. */
async function hashesBelow(folder: string): Promise<Record<string, string | null>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((each) => each.isFile()).map((e) => join(e.parentPath, e.name));
  const hashed = paths.sort().map(async (path) => [path, await hashFile(path)] as const);
  return Object.fromEntries(await Promise.all(hashed));
}

async function leavesJournal(): Promise<void> {
  const runs = await killedBefore("journal-only", "corrected");
  const folder = folderIn(runs);
  for (const name of await readdir(folder))
    if (name !== "journal.jsonl") await rm(join(folder, name), { recursive: true });
  const ended = await runAgain(runs);
  expect(ended).toMatchObject({ code: 0 });
  expect(ended.stderr).toMatch(/made again/u);
  expect(await outcomeOf(runs)).toEqual(undisturbed);
}

async function turnsBits(): Promise<void> {
  const runs = await killedBefore("turned-bits", "sealed-opened");
  const referee = join(folderIn(runs), "referee");
  const labels = (await readdir(join(referee, "labels"))).map((name) => join("labels", name));
  for (const name of ["split.json", "sealed.json", ...labels]) await flip(join(referee, name));
  const [solution = ""] = await readdir(join(referee, "bank"));
  for (const view of await readdir(join(referee, "bank", solution)))
    await flip(join(referee, "bank", solution, view));
  const views = await readdir(join(referee, "views"));
  for (const view of views) await flip(join(referee, "views", view, "train.csv"));
  const ended = await runAgain(runs);
  expect(ended).toMatchObject({ code: 0 });
  expect(ended.stderr).toMatch(/referee\/views\/.*: not the files that scripts were given/u);
  expect(ended.stderr).toMatch(/since the split was frozen: .*; it is frozen again/u);
  expect(ended.stderr).toMatch(/sealed holdout was changed/u);
  expect(await outcomeOf(runs)).toEqual(undisturbed);
  const events = await readEvents(join(folderIn(runs), "journal.jsonl"));
  const restored = events.flatMap((event) => (event.type === "restored" ? [event.value] : []));
  expect(restored.length).toBeGreaterThan(0);
  expect(restored.every(({ isSame }) => isSame)).toBe(true);
}

async function takesFromEnded(): Promise<void> {
  const runs = await killedBefore("ended", null);
  const folder = folderIn(runs);
  for (const name of ["submission.csv", "solution.py", "solution", "history.git", "summary.json"])
    await rm(join(folder, name), { recursive: true, force: true });
  const ended = await runAgain(runs);
  expect(ended).toMatchObject({ code: 0 });
  expect(await outcomeOf(runs)).toEqual(undisturbed);
  expect(JSON.parse(await readFile(join(folder, "summary.json"), "utf8"))).toBeTruthy();
  expect(await mleStar(["verify", folder])).toMatchObject({ code: 0 });
}

/** Nothing may run on the sealed holdout again: what is lost of it is said, all other predictions are made again. */
async function losesBank(): Promise<void> {
  const runs = await killedBefore("bank", null);
  const folder = folderIn(runs);
  await rm(join(folder, "referee", "bank"), { recursive: true });
  const ended = await runAgain(runs);
  expect(ended).toMatchObject({ code: 0 });
  expect(ended.stderr).toMatch(/has ended, and this is gone .*: predictions of its scripts/u);
  expect(ended.stderr).toMatch(/sealed holdout was closed: .*; they cannot be made again/u);
  expect(await outcomeOf(runs)).toEqual(undisturbed);
  const again = await runAgain(runs);
  expect(again).toMatchObject({ code: 0 });
  expect(again.stderr).not.toMatch(/has ended, and this is gone/u);
  expect(again.stderr).toMatch(/they cannot be made again/u);
}

const damages: [string, () => Promise<void>][] = [
  [
    "with nothing left but its journal, a killed run ends as if nothing had happened",
    leavesJournal,
  ],
  [
    "split, labels, views, predictions and the state of the sealed holdout are made again when a bit of them was turned",
    turnsBits,
  ],
  [
    "a run that has ended gets back what a person takes from it, and can be verified",
    takesFromEnded,
  ],
  [
    "a run that has ended gets back its predictions, but for those of the sealed holdout",
    losesBank,
  ],
];

test.each(sampled(damages, { size: 1, seed: 3 }))("%s", (_, happen) => happen(), HANG_MS);

/** What a run can make again from its journal; of each the same command must. */
const derived = ["attempts", "history.git", "referee", "solution", "submission.csv"].concat(
  ["bank", "disguised", "labels", "views", "split.json"].map((name) => join("referee", name)),
);

test.each(sampled(derived, { size: 1, seed: 8 }))(
  "a killed run whose %s somebody deletes ends as if nothing had happened",
  async (name) => {
    const runs = await killedBefore(`without-${name.replace("/", "-")}`, "corrected");
    await rm(join(folderIn(runs), name), { recursive: true });
    const ended = await runAgain(runs);
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    expect(await outcomeOf(runs)).toEqual(undisturbed);
  },
  HANG_MS,
);

/** Another journal of the same lines. */
function changed(bytes: Buffer, change: (lines: string[]) => string[]): Buffer {
  const lines = bytes.toString("utf8").split("\n").slice(0, -1);
  return Buffer.from(
    change(lines)
      .map((line) => `${line}\n`)
      .join(""),
  );
}

/** A digit of a score becomes another one: the line can be read, and says something else. */
function turned(bytes: Buffer): Buffer {
  const [found] = bytes.toString("latin1").matchAll(/"score":-?\d/gu);
  const at = (found?.index ?? 0) + (found?.[0].length ?? 0) - 1;
  return Buffer.from(bytes).fill((bytes[at] ?? 0) ^ 1, at, at + 1);
}

const refused: [string, (bytes: Buffer) => Buffer, RegExp][] = [
  ["a turned bit", turned, /jsonl:\d+: the line is not what was written .*--fresh$/u],
  [
    "a line deleted",
    (bytes) => changed(bytes, (lines) => lines.toSpliced(9, 1)),
    /jsonl:10: the line is not what was written .*--fresh$/u,
  ],
  [
    "a line doubled",
    (bytes) => changed(bytes, (lines) => lines.toSpliced(9, 0, lines[9] ?? "")),
    /jsonl:11: the line is not what was written .*--fresh$/u,
  ],
  [
    "two lines swapped",
    (bytes) => changed(bytes, (l) => l.toSpliced(9, 2, l[10] ?? "", l[9] ?? "")),
    /jsonl:10: the line is not what was written .*--fresh$/u,
  ],
  [
    "line ends made CRLF",
    (bytes) => changed(bytes, (lines) => lines.map((line) => `${line}\r`)),
    /jsonl:1: the line is damaged .*CRLF.*--fresh$/u,
  ],
  [
    "a block of NULs in its middle",
    (bytes) => Buffer.from(bytes).fill(0, bytes.length >> 1, (bytes.length >> 1) + 60),
    /jsonl:\d+: the line is damaged .*--fresh$/u,
  ],
  ["nothing in it", () => Buffer.alloc(0), /journal\.jsonl.*--fresh/u],
];

test.each(sampled(refused, { size: 1, seed: 4 }))(
  "a journal with %s is refused in one line with the way out, and nothing is changed",
  async (name, damage, line) => {
    const runs = await killedBefore(name.replaceAll(" ", "-"), "corrected");
    const journal = join(folderIn(runs), "journal.jsonl");
    await writeFile(journal, damage(await readFile(journal)));
    const before = await hashesBelow(runs);
    const ended = await runAgain(runs);
    expect(ended.code, ended.stderr).toBe(2);
    const errors = ended.stderr.split("\n").filter((each) => each.includes("error:"));
    expect(errors).toEqual([expect.stringMatching(line)]);
    expect(await hashesBelow(runs)).toEqual(before);
  },
);

const mended: [string, (bytes: Buffer) => Buffer][] = [
  ["torn in its last line", (bytes) => bytes.subarray(0, -20)],
  ["filled up with NULs", (bytes) => Buffer.concat([bytes, Buffer.alloc(4096)])],
];

test.each(sampled(mended, { size: 1, seed: 2 }))(
  "a journal that a power cut left %s is gone on with, to the same end",
  async (name, damage) => {
    const runs = await killedBefore(name.replaceAll(" ", "-"), "corrected");
    const journal = join(folderIn(runs), "journal.jsonl");
    await writeFile(journal, damage(await readFile(journal)));
    const ended = await runAgain(runs);
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    expect(await outcomeOf(runs)).toEqual(undisturbed);
  },
  HANG_MS,
);

test("an empty folder for runs that the user made is there after a run that could not start", async () => {
  const runs = join(root, "empty");
  await mkdir(runs);
  const python = { MLE_STAR_PYTHON: "/nowhere/python" };
  const command = runCommand(competition, { runs, id: "one", settings });
  expect((await mleStar(command, python)).code).not.toBe(0);
  expect(await readdir(runs)).toEqual([]);
});
