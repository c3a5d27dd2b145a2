import { existsSync } from "node:fs";
import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Finding } from "../../runs/certificate/verify.ts";
import { saying, startMessagesServer } from "../fakes/servers/messages-server.ts";
import { writeWages } from "./made-competition.ts";
import { mleStar } from "./program.ts";
import { answerTo } from "./scripted-answers.ts";

let root: string;
let runs: string;
let wages: string;
let folder: string;
let command: string[];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-verify-"));
  runs = join(root, "runs");
  wages = await writeWages(join(root, "wages"));
  folder = join(runs, "wages", "one");
  await using server = await startMessagesServer(({ prompt }) => saying(answerTo(prompt)));
  const settings = ["tracks=1", "attempts=1", "blends=true"].flatMap((each) => ["--set", each]);
  const where = ["--sandbox", "process", "--runs-dir", runs, "--run-id", "one", "--quiet"];
  command = ["run", wages, "--quick", ...where, ...settings];
  const ended = await mleStar(command, { ANTHROPIC_BASE_URL: server.url });
  if (ended.code !== 0) throw new Error(ended.stderr);
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function verify(...more: string[]) {
  const { code, stdout } = await mleStar(["verify", "one", "--runs-dir", runs, "--json", ...more]);
  const { passed, findings } = JSON.parse(stdout) as { passed: boolean; findings: Finding[] };
  return { code, passed, findings };
}

test("every score of a run is recomputed from its stored predictions", async () => {
  const { code, passed, findings } = await verify();
  // On a machine under load the budget may have had no room for the sealed holdout.
  const missed = findings.filter(({ ok, detail }) => ok !== true && !/not opened/u.test(detail));
  expect(missed).toEqual([]);
  expect({ code, passed }).toEqual({ code: 0, passed: true });
  expect(findings.map(({ check }) => check)).toEqual(
    expect.arrayContaining(["scores", "gains", "decisions", "correction", "sealed"]),
  );
  const scores = findings.find(({ check }) => check === "scores");
  expect(scores?.detail).toMatch(
    /^(?:[3-9]|\d\d+) recomputed with their intervals from the stored predictions$/u,
  );
});

test("the stored scripts, run again, submit the same rows", async () => {
  const { code, findings } = await verify("--rerun");
  expect(findings.at(-1)).toMatchObject({ check: "rerun", ok: true });
  expect(code).toBe(0);
  // The run folder is as it was.
  expect((await verify()).passed).toBe(true);
});

async function predict(rows: string, ...more: string[]) {
  const out = join(root, "predicted.csv");
  await rm(out, { force: true });
  const ended = await mleStar(["predict", "one", rows, "--runs-dir", runs, "--out", out, ...more]);
  return { ...ended, out };
}

const linesOf = async (file: string) => (await readFile(file, "utf8")).trim().split(/\r?\n/u);

test("predict gives the submission for the test rows, and the same for some of them without ids in another order of columns", async () => {
  const { code, stdout, stderr, out } = await predict(join(wages, "test.csv"));
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/predicted\.csv: 75 predictions by \S+ of one\n$/u);
  const submitted = await linesOf(join(folder, "submission.csv"));
  expect(await linesOf(out)).toEqual(submitted);

  const [, ...rows] = await linesOf(join(wages, "test.csv"));
  const some = join(root, "some.csv");
  const cells = rows.slice(10, 15).map((row) => row.split(","));
  const lines = cells.map(([, years, grade]) => `${grade},${years},x`);
  await writeFile(some, `${["grade,years,pay", ...lines].join("\n")}\n`);
  const few = await predict(some, "--json");
  expect(few.code, few.stderr).toBe(0);
  expect(JSON.parse(few.stdout)).toMatchObject({
    rows: 5,
    notes: [
      "id: not given, so the rows are numbered from 1",
      "left out, since the test table has no such column: pay",
    ],
  });
  const answers = submitted.slice(11, 16).map((line, at) => `${at + 1},${line.split(",")[1]}`);
  expect(await linesOf(few.out)).toEqual(["id,pay", ...answers]);
});

test("rows that do not fit are refused in one line, and nothing is written", async () => {
  const file = join(root, "unfit.csv");
  await writeFile(file, "id,years\n1,2\n");
  const { code, stderr, out } = await predict(file);
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /^error: [^\n]*unfit\.csv: columns of the test table are missing: grade; /u,
  );
  expect(existsSync(out)).toBe(false);
});

test("predictions that were changed are found, and nothing is recomputed from them", async () => {
  const banked = join(folder, "referee", "bank", "track-1%2Finit-1", "fold-0.npz");
  const bytes = await readFile(banked);
  await appendFile(banked, "x");
  const { code, findings } = await verify();
  await writeFile(banked, bytes);
  expect(code).toBe(1);
  expect(findings.at(-1)?.check).not.toBe("scores");
  expect(findings.find(({ ok }) => ok === false)?.detail).toBe(
    "changed since: referee/bank/track-1%2Finit-1/fold-0.npz",
  );
});

test("other data than the run's are a failure, data that are gone are none", async () => {
  const other = await writeWages(join(root, "other"), 301);
  const changed = await verify("--data", other);
  expect(changed.code).toBe(1);
  expect(changed.findings.at(-1)).toMatchObject({ check: "data", ok: false });
  await rm(wages, { recursive: true });
  const gone = await verify();
  expect(gone.code).toBe(0);
  expect(gone.findings.at(-1)).toMatchObject({ check: "data", ok: null });
});

test("what an ended run lost is made again, also where its time limit has long passed", async () => {
  const submission = await readFile(join(folder, "submission.csv"), "utf8");
  for (const lost of ["history.git", "attempts", "submission.csv"])
    await rm(join(folder, lost), { recursive: true });
  const again = await mleStar([...command, "--time-limit", "15"]);
  expect(again, again.stderr).toMatchObject({ code: 0 });
  expect(await readFile(join(folder, "submission.csv"), "utf8")).toBe(submission);
  expect((await verify()).passed).toBe(true);
});
