import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Ended, lastObject, mleStar, start } from "../program.ts";

let place: string;
let whole: Ended;
const of = (name: string) => join(place, name);
const commandFor = (out: string, ...more: string[]) => [
  ...["distill", "tools", "data", "--out", of(out), "--sandbox", "process"],
  ...["--competitions", "1", "--first", "1", "--paths", "6", "--walk", "1"],
  ...["--insert-p", "1", "--split-p", "0", ...more],
];

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), "mle-tools-"));
  whole = await mleStar(commandFor("whole", "--json"));
}, 300_000);
afterAll(() => rm(place, { recursive: true, force: true }));

const contents = async (out: string) =>
  Promise.all(
    ["train.jsonl", "dev.jsonl", "tasks.jsonl", "dataset.json"].map((name) =>
      readFile(join(of(out), name), "utf8"),
    ),
  );

test("conversations are made of calls that the real tools did, each argument with where it is from", async () => {
  expect(whole).toMatchObject({ code: 0 });
  expect(lastObject(whole)).toMatchObject({
    ...{ kind: "tools", rows: { train: 6, dev: 0 }, dropped: {} },
    ...{ models: ["rules (no language model)"], licenses: ["MIT (mle-star)"] },
  });
  const [rows = ""] = await contents("whole");
  expect(rows).toContain("train.csv: ");
  expect(rows).not.toMatch(/Refused|\bhint/iu);
  expect(rows).toContain('"argument":"file","from":"question"');
  const shown = await mleStar(commandFor("whole", "--show", "1"));
  expect(shown.stdout).toMatch(/^\S+whole: 6 conversations to train on, 0 for dev\n/u);
  expect(shown.stdout).toContain("user: Which data files are there?\nShow ");
  expect(shown.stdout).toContain("\n1. preview.file: answer 0\n");
});

test("killed in the middle, the same command goes on, does nothing twice, and ends with the same bytes", async () => {
  const { child, ended } = start(commandFor("killed"));
  const isFar = new Promise<void>((resolve) => {
    child.stderr?.on("data", (text) => {
      if (String(text).includes("path-5 done")) resolve();
    });
  });
  await Promise.race([isFar, ended]);
  child.kill("SIGKILL");
  expect(await ended).toMatchObject({ signal: "SIGKILL" });
  const resumed = await mleStar(commandFor("killed"));
  expect(resumed).toMatchObject({ code: 0 });
  expect(await contents("killed")).toEqual(await contents("whole"));
  const runs = join(of("killed"), "runs", "scratch-0-1");
  const [run = ""] = await readdir(runs);
  const lines = (await readFile(join(runs, run, "journal.jsonl"), "utf8")).trim().split("\n");
  const events = lines.map((line) => JSON.parse(line) as { type: string; key: string });
  expect(events.some(({ type }) => type === "run-resumed")).toBe(true);
  for (const type of ["tool-called", "executed", "answered"]) {
    const keys = events.filter((event) => event.type === type).map(({ key }) => key);
    expect(keys.length).toBeGreaterThan(0);
    expect(new Set(keys).size).toBe(keys.length);
  }
});

test("what cannot be read is told in one line", async () => {
  const refused = async (...more: string[]) => {
    const { code, stderr } = await mleStar(commandFor("refused", ...more));
    return [code, stderr.trim().split("\n").at(-1)];
  };
  expect(await refused("--failures", "none.json")).toEqual([
    2,
    expect.stringContaining("there is no file"),
  ]);
  expect(await refused("--merge-p", "2")).toEqual([
    2,
    expect.stringContaining("expected a number from 0 to 1"),
  ]);
});
