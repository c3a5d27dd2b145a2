import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type MessagesServer,
  saying,
  startMessagesServer,
} from "../../fakes/servers/messages-server.ts";
import { silences } from "../../fakes/servers/silence.ts";
import { sampled } from "../../sample.ts";
import { python } from "../../tasks/interpreter.ts";
import { writeWages } from "../made-competition.ts";
import { type Ended, lastObject, mleStar, runCommand, start, startCommand } from "../program.ts";
import { outcomeOf } from "../run-outcome.ts";
import { answerTo } from "../scripted-answers.ts";

const preload = fileURLToPath(new URL("./kill-at-line.mjs", import.meta.url));
const settings = ["tracks=1", "candidates=2", "attempts=1", "ablationVariants=1"];

let root: string;
let competition: string;
let server: MessagesServer;
let whole: Awaited<ReturnType<typeof outcomeOf>>;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-signals-"));
  competition = await writeWages(join(root, "wages"), 3000);
  server = await startMessagesServer(({ prompt }) => saying(answerTo(prompt)));
  expect(await run("whole")).toMatchObject({ code: 0 });
  whole = await outcomeOf(folderOf("whole"));
});
afterAll(async () => {
  await server.close();
  await rm(root, { recursive: true, force: true });
});

function command(name: string): string[] {
  const runs = join(root, name);
  return runCommand(competition, { runs, id: "one", settings, flags: ["--seed", "3", "--json"] });
}

/** One session; a signal may come when a line of the journal is written. */
function run(name: string, at: { line: number; signal: string } | null = null): Promise<Ended> {
  const signals: Record<string, string> =
    at === null
      ? {}
      : {
          KILL_AT: `after:${at.line}`,
          KILL_WITH: at.signal,
          NODE_OPTIONS: `--import=${preload}`,
        };
  return mleStar(command(name), { ANTHROPIC_BASE_URL: server.url, ...signals });
}

const folderOf = (name: string) => join(root, name, "wages", "one");
const submissionOf = (name: string) => readFile(join(folderOf(name), "submission.csv"), "utf8");

const cases = ["SIGINT", "SIGTERM", "SIGHUP"].flatMap((signal) =>
  [2, 5, 8, 12, 17, 23, 30, 38, 46, 54].map((line) => ({ signal, line })),
);

test.each(sampled(cases, { size: 1, seed: 5 }))(
  "$signal at line $line pauses the run with a submission, and the same command ends it as if nothing had been",
  async (at) => {
    const name = `${at.signal}-${at.line}`;
    const paused = await run(name, at);
    expect(paused, paused.stderr).toMatchObject({ code: 130 });
    expect(lastObject(paused)).toMatchObject({ status: "paused" });
    expect((await submissionOf(name)).split("\n").length).toBeGreaterThan(100);
    const listed = await mleStar(["runs", "list", "--runs-dir", join(root, name)]);
    expect(listed.stdout).toMatch(/paused/u);
    const ended = await run(name);
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    expect(await outcomeOf(folderOf(name))).toEqual(whole);
  },
  600_000,
);

test("one in the set-up leaves the sample submission, marked, and the same command begins the run", async () => {
  const silence = await silences["the interpreter"]?.(python);
  const { child, ended } = start(command("set-up"), silence?.env);
  let said = "";
  child.stderr?.on("data", (text: string) => {
    said += text;
  });
  while (!said.includes("run one in") && child.exitCode === null) await setTimeout(20);
  child.kill("SIGINT");
  const paused = await ended;
  await silence?.close();
  expect(paused, paused.stderr).toMatchObject({ code: 130 });
  const submitted = { kind: "sample", solution: null };
  expect(lastObject(paused)).toMatchObject({ status: "paused", submitted });
  const sample = await readFile(join(competition, "sample_submission.csv"), "utf8");
  expect(await submissionOf("set-up")).toBe(sample);
  const run = await mleStar(
    command("set-up").filter((word, at, all) => word !== "--run-id" && all[at - 1] !== "--run-id"),
    { ANTHROPIC_BASE_URL: server.url },
  );
  expect(run, run.stderr).toMatchObject({ code: 0 });
  expect(await outcomeOf(folderOf("set-up"))).toEqual(whole);
}, 600_000);

test("a second Ctrl-C ends at once, and the same command goes on", async () => {
  const name = "twice";
  const { child, ended } = start(command(name), {
    ANTHROPIC_BASE_URL: server.url,
    KILL_AT: "after:8",
    KILL_WITH: "SIGINT",
    NODE_OPTIONS: `--import=${preload}`,
  });
  let said = "";
  child.stderr?.on("data", (text: string) => {
    said += text;
  });
  while (!said.includes("pausing") && child.exitCode === null) await setTimeout(20);
  await setTimeout(500);
  child.kill("SIGINT");
  expect(await ended).toMatchObject({ code: 130 });
  expect(await run(name)).toMatchObject({ code: 0 });
  expect(await outcomeOf(folderOf(name))).toEqual(whole);
}, 600_000);

const keys = fileURLToPath(new URL("./press-keys.py", import.meta.url));

/** One session by `npm start` in a terminal, where Ctrl-C is pressed so often once a text is shown. */
function inTerminal(name: string, times: number, shows: string, file = python): Promise<Ended> {
  const program = [python, keys, String(times), shows, "npm", "start", "--", ...command(name)];
  const environment = { ANTHROPIC_BASE_URL: server.url, MLE_STAR_PYTHON: file };
  return startCommand(program, environment).ended;
}

/** An interpreter that takes its time where a submission is made, which a pause waits for. */
async function slowAtTheEnd(): Promise<string> {
  const file = join(root, "slow-python");
  // The real test rows and a header.
  const isFinal = '[ "$(wc -l < ../data/test.csv)" -eq 751 ]';
  const text = `#!/bin/sh\ncase "$PWD" in */work/*/box) ${isFinal} && sleep 10 ;; esac\nexec ${python} "$@"\n`;
  await writeFile(file, text, { mode: 0o755 });
  return file;
}

test("under npm, which passes signals on, one Ctrl-C pauses a run and two end it at once; it goes on after both", async () => {
  const paused = await inTerminal("npm", 1, "stands until a script has made one");
  expect(paused.stdout).toContain(`"status":"paused"`);
  expect(paused.stdout).not.toContain("stopped at once");
  const stopped = await inTerminal("npm", 2, "track-1/init-1: 8.42", await slowAtTheEnd());
  expect(stopped.stdout).toContain("stopped at once: run the same command to go on");
  // By a signal, as npm ends.
  expect([paused.code, stopped.code]).toEqual([202, 202]);
  expect(await run("npm")).toMatchObject({ code: 0 });
  expect(await outcomeOf(folderOf("npm"))).toEqual(whole);
}, 600_000);
