import { execFileSync } from "node:child_process";
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readEvents } from "../../runs/record/journal-lines.ts";
import {
  failing,
  type MessagesServer,
  saying,
  startMessagesServer,
} from "../fakes/servers/messages-server.ts";
import { python } from "../tasks/interpreter.ts";
import { writeLeaves, writeWages } from "./made-competition.ts";
import { type Ended, lastObject, mleStar, scriptsOf, start } from "./program.ts";
import { answerTo } from "./scripted-answers.ts";

let root: string;
let wages: string;
let runs: string;
let server: MessagesServer;
let first: Ended;

/** What the server does before it answers a prompt. */
let beforeAnswer: (prompt: string) => Promise<void> = async () => undefined;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-run-"));
  runs = join(root, "runs");
  wages = await writeWages(join(root, "wages"), 3000);
  server = await startMessagesServer(async ({ prompt }) => {
    await beforeAnswer(prompt);
    return saying(answerTo(prompt));
  });
  first = await mleStar(run(wages, "--run-id", "first"), { ANTHROPIC_BASE_URL: server.url });
});
afterAll(async () => {
  await server.close();
  await rm(root, { recursive: true, force: true });
});

const small = ["tracks=1", "candidates=2", "attempts=1", "ablationVariants=1"];

function run(competition: string, ...more: string[]): string[] {
  const command = ["run", competition, "--quick", "--seed", "3", "--sandbox", "process"];
  command.push("--time-limit", "none", "--runs-dir", runs, "--json", ...more);
  return command.concat(small.flatMap((setting) => ["--set", setting]));
}

function runsCommand(...args: string[]): Promise<Ended> {
  return mleStar(["runs", ...args, "--runs-dir", runs]);
}

test("a folder of tables is run as it is, and the last line is its summary", () => {
  expect(first).toMatchObject({ code: 0 });
  expect(lastObject(first)).toMatchObject({
    run: "first",
    status: "finished",
    submission: join(runs, "wages", "first", "submission.csv"),
    searchScore: expect.any(Number),
    sealedScore: expect.any(Number),
    sealedInterval: [expect.any(Number), expect.any(Number)],
    expectedScore: { score: expect.any(Number), rows: expect.any(Number), time: null },
    executions: expect.any(Number),
    modelCalls: server.calls.length,
    tokens: expect.any(Number),
    usd: expect.any(Number),
    seconds: expect.any(Number),
  });
});

test("the run folder holds a submission for every row, the code, the summary and a git history", async () => {
  const folder = join(runs, "wages", "first");
  const read = (file: string) => readFile(join(folder, file), "utf8");
  const [head, ...rows] = (await read("submission.csv")).trim().split(/\r?\n/u);
  expect([head, rows.length]).toEqual(["id,pay", 750]);
  for (const code of await scriptsOf(folder)) expect(code).toContain("# --- model");
  expect(JSON.parse(await read("summary.json"))).toEqual(lastObject(first));
  const log = execFileSync("git", [
    "-C",
    join(folder, "history.git"),
    "log",
    "--all",
    "--format=%s",
  ]);
  expect(log.toString("utf8")).toMatch(/^track-1 merge 1: [\d.]+ \(was [\d.]+\)$/mu);
});

test("runs list, show, log, diff and open report it", async () => {
  expect((await runsCommand("list")).stdout).toMatch(/wages\/first\s+finished/u);
  expect((await runsCommand("show", "first")).stdout).toMatch(/★ best/u);
  expect((await runsCommand("log", "first")).stdout).toMatch(/run ended \(finished\)/u);
  const { stdout } = await runsCommand(
    "diff",
    "track-1/init-1",
    "track-1/merge-1",
    "--run",
    "first",
  );
  expect(stdout).toMatch(/^-share = 0\.6$/mu);
  expect(stdout).toMatch(/^\+share = 0\.85$/mu);
  expect((await runsCommand("open", "first")).stdout).toBe(`${join(runs, "wages", "first")}\n`);
});

test("a run that has ended is not run again; its summary is printed again", async () => {
  const calls = server.calls.length;
  const again = await mleStar(run(wages, "--run-id", "first"), { ANTHROPIC_BASE_URL: server.url });
  expect(again).toMatchObject({ code: 0 });
  expect(lastObject(again)).toEqual(lastObject(first));
  expect(server.calls.length).toBe(calls);
});

test("other settings and other data are refused for a run that has begun", async () => {
  const settings = await mleStar([...run(wages, "--run-id", "first"), "--set", "outerSteps=2"], {
    ANTHROPIC_BASE_URL: server.url,
  });
  expect(settings).toMatchObject({ code: 2 });
  expect(settings.stderr).toMatch(/error: run first was started with other settings/u);

  await appendFile(join(wages, "train.csv"), "9999,1.5,2,30\n");
  const data = await mleStar(run(wages, "--run-id", "first"), { ANTHROPIC_BASE_URL: server.url });
  await writeWages(wages, 3000);
  expect(data).toMatchObject({ code: 2 });
  expect(data.stderr).toMatch(/error: run first: the data or task.yaml changed/u);
});

test("a recorded run answers in place of the model, and gives the same submission", async () => {
  const calls = server.calls.length;
  const replayed = await mleStar(run(wages, "--run-id", "replayed", "--model", "replay:first"));
  expect(replayed, replayed.stderr).toMatchObject({ code: 0 });
  const submission = (id: string) => readFile(join(runs, "wages", id, "submission.csv"), "utf8");
  expect(await submission("replayed")).toBe(await submission("first"));
  expect(lastObject(replayed)).toMatchObject({ usd: 0 });
  expect(server.calls.length).toBe(calls);
});

test("while a process works on a run another one is refused; Ctrl-C then pauses it, and finish ends it", async () => {
  // The merger is asked when candidates have been scored; its answer never comes.
  const asked = new Promise<void>((resolve) => {
    beforeAnswer = async (prompt) => {
      if (!prompt.includes("Fold the reference")) return;
      resolve();
      await new Promise(() => undefined);
    };
  });
  const args = run(wages, "--run-id", "stopped");
  const { child, ended } = start(args, { ANTHROPIC_BASE_URL: server.url });
  await asked;
  const second = await mleStar(args, { ANTHROPIC_BASE_URL: server.url });
  expect(second).toMatchObject({ code: 2 });
  expect(second.stderr).toContain(`process ${child.pid}`);

  child.kill("SIGINT");
  const stopped = await ended;
  beforeAnswer = async () => undefined;
  expect(stopped).toMatchObject({ code: 130 });
  const { status, submission, submitted } = lastObject(stopped);
  expect({ status, submission }).toEqual({
    status: "paused",
    submission: join(runs, "wages", "stopped", "submission.csv"),
  });
  expect(submitted).toMatchObject({
    kind: "provisional",
    unchecked: ["canary", "reproduction", "sealed"],
  });

  const finished = await mleStar(["finish", "wages/stopped", "--runs-dir", runs, "--json"], {
    ANTHROPIC_BASE_URL: server.url,
  });
  expect(finished, finished.stderr).toMatchObject({ code: 0 });
  const summary = lastObject(finished);
  expect(summary).toMatchObject({ status: "interrupted", submitted: { kind: "checked" } });
  expect(summary.searchScore).toBeGreaterThan(0);
});

test("a limit of executions is kept, and the run ends with a submission all the same", async () => {
  const ended = await mleStar(run(wages, "--run-id", "few", "--max-executions", "7"), {
    ANTHROPIC_BASE_URL: server.url,
  });
  const summary = lastObject(ended);
  expect(ended).toMatchObject({ code: 0 });
  expect(summary).toMatchObject({ status: "limit", limit: "executions" });
  expect(summary.executions).toBeLessThanOrEqual(7);
  expect(summary.submission).toBe(join(runs, "wages", "few", "submission.csv"));
});

test("one execution is spent on the submission of a script, which stands unverified", async () => {
  const ended = await mleStar(run(wages, "--run-id", "one", "--max-executions", "1"), {
    ANTHROPIC_BASE_URL: server.url,
  });
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  expect(lastObject(ended)).toMatchObject({
    executions: 1,
    limit: "executions",
    submitted: { kind: "provisional", unchecked: ["search", "canary", "reproduction", "sealed"] },
  });
});

test("a run in which no script works ends with a constant", async () => {
  const broken = join(root, "broken-python");
  const refuse = `case "$PWD" in "${root}"/*/work/*) echo broken >&2; exit 1;; esac`;
  await writeFile(broken, `#!/bin/sh\n${refuse}\nexec "${python}" "$@"\n`, { mode: 0o755 });
  const ended = await mleStar(run(wages, "--run-id", "broken"), {
    ANTHROPIC_BASE_URL: server.url,
    MLE_STAR_PYTHON: broken,
  });
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  expect(lastObject(ended)).toMatchObject({
    bestSolution: null,
    submitted: { kind: "constant", solution: null },
  });
  const submission = await readFile(join(runs, "wages", "broken", "submission.csv"), "utf8");
  expect(
    new Set(
      submission
        .trim()
        .split("\n")
        .slice(1)
        .map((row) => row.split(",")[1]),
    ).size,
  ).toBe(1);
});

test("the playbook solves a table with a category by itself", async () => {
  const leaves = await writeLeaves(join(root, "leaves"), 2500);
  const args = ["--model", "playbook", "--set", "candidates=1", "--set", "outerSteps=0"];
  args.push("--max-executions", "8");
  const ended = await mleStar([...run(leaves, "--run-id", "book"), ...args]);
  expect(ended).toMatchObject({ code: 0 });
  const { searchScore, usd } = lastObject(ended);
  expect(usd).toBe(0);
  expect(searchScore).toBeGreaterThan(0.8);
});

test("another run's damaged journal does not stop a new run", async () => {
  const other = join(runs, "wages", "20200101-000000-dead");
  await mkdir(other, { recursive: true });
  await writeFile(join(other, "journal.jsonl"), "not a journal\n{}\n");
  const ended = await mleStar(run(wages, "--max-executions", "3"), {
    ANTHROPIC_BASE_URL: server.url,
  });
  expect(ended.stderr).toMatch(/run 20200101-000000-dead is skipped: /u);
  expect(lastObject(ended)).toMatchObject({ competition: "wages", status: "limit" });
});

test("a model that cannot be reached at its first call ends the run with its own message", async () => {
  await using refusing = await startMessagesServer(() => failing(401, "invalid x-api-key", {}));
  const args = run(wages, "--run-id", "unreached", "--max-executions", "3");
  const ended = await mleStar(args, { ANTHROPIC_BASE_URL: refusing.url });
  expect(ended).toMatchObject({ code: 1 });
  expect(ended.stderr).toMatch(/^error: [^\n]*(?:401|key)[^\n]*\n$/mu);
  const events = await readEvents(join(runs, "wages", "unreached", "journal.jsonl"));
  expect(events.map(({ type }) => type)).not.toContain("answered");

  // The same command goes on when the model is there again.
  const resumed = await mleStar(args, { ANTHROPIC_BASE_URL: server.url });
  expect(resumed).toMatchObject({ code: 0 });
});

test("a submission for a shipped competition is graded, and one for another competition is refused with the reason", async () => {
  const sample = fileURLToPath(
    new URL("../../tasks/shipped/cluster-job-class/sample_submission.csv", import.meta.url),
  );
  const graded = await mleStar(["grade", "cluster-job-class", sample, "--json"]);
  expect(graded).toMatchObject({ code: 0 });
  expect(lastObject(graded)).toMatchObject({ valid: true, score: expect.any(Number) });

  const foreign = join(runs, "wages", "first", "submission.csv");
  const refused = await mleStar(["grade", "cluster-job-class", foreign]);
  expect(refused).toMatchObject({ code: 3 });
  expect(refused.stdout).toMatch(/^not valid: [^\n]+\n$/u);
});
