import { readdirSync, readlinkSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import {
  type MessagesServer,
  saying,
  startMessagesServer,
} from "../../fakes/servers/messages-server.ts";
import { sampled } from "../../sample.ts";
import { writeWages } from "../made-competition.ts";
import { lastObject, runCommand, start } from "../program.ts";
import { afterDoing, answerTo } from "../scripted-answers.ts";

const settings = ["tracks=1", "candidates=2", "attempts=1", "ablationVariants=1"];
/** What a run may take beyond its limit on a busy machine; only a hang takes so long. */
const HANG_MS = 150_000;
const TEST_ROWS = 750;

let root: string;
let wages: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-limits-"));
  wages = await writeWages(join(root, "wages"), 4 * TEST_ROWS);
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** What scripts do before they do their work, which some of them never come to. */
const habits: Record<string, string> = {
  "sleep for an hour": "import time\ntime.sleep(3600)\n",
  "sleep and are deaf to signals": `import signal, time
for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(each, signal.SIG_IGN)
time.sleep(3600)
`,
  "take six seconds each": "import time\ntime.sleep(6)\n",
  "leave processes in sessions of their own": `import os, time
for _ in range(5):
    if os.fork() == 0:
        os.setsid()
        time.sleep(3600)
`,
  "print without end": `while True:
    print("x" * 1000, flush=True)
`,
};

const limits = [5, 20, 60, 120];
const cells = limits.flatMap((seconds) =>
  Object.keys(habits).map((habit) => ({ seconds, habit, isFirstGood: true })),
);
const hopeless = Object.keys(habits).map((habit) => ({ seconds: 20, habit, isFirstGood: false }));

/** The scripted model, whose scripts have a habit; where the first is good, it has none. */
function startModel(habit: string, isFirstGood: boolean): Promise<MessagesServer> {
  const code = habits[habit] ?? "";
  return startMessagesServer(({ prompt }) => {
    const reply = answerTo(prompt);
    const isGood = isFirstGood && /^Write a first solution/mu.test(prompt);
    return saying(isGood ? reply : afterDoing(code, reply));
  });
}

/** Processes of this machine that work below a folder. */
function workingBelow(folder: string): string[] {
  return readdirSync("/proc").filter((name) => {
    try {
      return /^\d+$/u.test(name) && readlinkSync(`/proc/${name}/cwd`).startsWith(`${folder}/`);
    } catch {
      // It has just ended.
      return false;
    }
  });
}

test.each(sampled([...cells, ...hopeless], { size: 1, seed: 11 }))(
  "with a limit of $seconds s a run whose scripts $habit (first one good: $isFirstGood) ends in time with a submission",
  async ({ seconds, habit, isFirstGood }) => {
    await using server = await startModel(habit, isFirstGood);
    const id = `${seconds}-${habit.replaceAll(" ", "-")}-${isFirstGood}`;
    const flags = ["--json", "--time-limit", String(seconds)];
    const command = runCommand(wages, { runs: join(root, "runs"), id, settings, flags });
    const { child, ended } = start(command, { ANTHROPIC_BASE_URL: server.url });
    const hang = setTimeout(() => child.kill("SIGKILL"), seconds * 1000 + HANG_MS);
    const { code, signal, stdout, stderr } = await ended.finally(() => clearTimeout(hang));
    expect(signal, stderr).toBeNull();
    const folder = join(root, "runs", "wages", id);
    expect(workingBelow(folder)).toEqual([]);
    const events = await readEvents(join(folder, "journal.jsonl"));
    expect(code, stderr).toBe(0);
    expect(events.filter(({ type }) => type === "faulted")).toEqual([]);
    const rows = (await readFile(join(folder, "submission.csv"), "utf8")).trim().split("\n");
    expect(rows).toHaveLength(TEST_ROWS + 1);
    const scored = events.flatMap((event) =>
      event.type === "evaluated" && event.value.evaluation.score !== null
        ? [event.value.solution]
        : [],
    );
    const { submitted } = lastObject({ code, signal, stdout, stderr });
    // Of no score is a constant, or a script that nothing was left to score with, which says so.
    if (scored.length > 0) expect(submitted).toMatchObject({ solution: expect.any(String) });
    else if ((submitted as { solution: string | null }).solution !== null)
      expect(submitted).toMatchObject({ unchecked: expect.arrayContaining(["search"]) });
  },
  4 * HANG_MS,
);
