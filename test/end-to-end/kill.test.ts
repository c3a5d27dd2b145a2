import { appendFile, chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Event } from "../../runs/events/events.ts";
import { readEvents } from "../../runs/record/journal-lines.ts";
import { type MessagesServer, saying, startMessagesServer } from "../fakes/messages-server.ts";
import { python } from "../tasks/interpreter.ts";
import { writeWages } from "./made-competition.ts";
import { type Ended, mleStar, runCommand } from "./program.ts";
import { outcomeOf } from "./run-outcome.ts";
import { answerTo } from "./scripted-answers.ts";

const preload = fileURLToPath(new URL("./kill-at-line.mjs", import.meta.url));
const settings = ["tracks=1", "candidates=2", "attempts=1", "ablationVariants=1"];
/** No run has this many events: a chain that goes on for longer makes no progress. */
const MAX_SESSIONS = 120;

let root: string;
let competition: string;
let whole: Chain;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-kill-"));
  competition = await writeWages(join(root, "wages"), 3000);
  whole = await chain("whole", () => null);
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** One run, however many processes it took. */
type Chain = {
  folder: string;
  sessions: Ended[];
  events: Event[];
  /** What each process began to do, and what the journal held when it was started. */
  effects: { before: Event[]; prompts: string[]; executions: string[] }[];
};

/** Starts the same command again and again until it ends by itself; `killAt` says where a session dies. */
async function chain(name: string, killAt: (session: number) => string | null): Promise<Chain> {
  const base = join(root, name);
  const folder = join(base, "runs", "wages", "one");
  const journal = join(folder, "journal.jsonl");
  const log = join(root, `${name}-executions.txt`);
  await writeFile(log, "");
  await using server = await startMessagesServer(({ prompt }) => saying(answerTo(prompt)));
  const sessions: Ended[] = [];
  const effects: Chain["effects"] = [];
  const environment = {
    ANTHROPIC_BASE_URL: server.url,
    MLE_STAR_PYTHON: await countingPython(name, log),
  };
  for (let last: Ended | null = null; last?.signal !== null; ) {
    const before = await readEvents(journal);
    const counted = await counts(server, log);
    const at = killAt(sessions.length + 1);
    last = await mleStar(command(join(base, "runs")), {
      ...environment,
      ...(at === null ? {} : { KILL_AT: at, NODE_OPTIONS: `--import=${preload}` }),
    });
    sessions.push(last);
    effects.push({ before, ...(await since(counted, server, log)) });
    if (sessions.length > MAX_SESSIONS) throw new Error(`no progress: ${last.stderr}`);
  }
  return { folder, sessions, effects, events: await readEvents(journal) };
}

function command(runsDir: string): string[] {
  return runCommand(competition, { runs: runsDir, id: "one", settings, flags: ["--seed", "3"] });
}

/** The interpreter, with a line written for each script that it starts in a workspace. */
async function countingPython(name: string, log: string): Promise<string> {
  const file = join(root, `python-${name}`);
  const note = `case "$PWD" in "${root}"/*/work/*) echo "\${PWD##*/work/}" >> "${log}";; esac`;
  await writeFile(file, `#!/bin/sh\n${note}\nexec "${python}" "$@"\n`);
  await chmod(file, 0o755);
  await appendFile(log, "");
  return file;
}

async function counts(server: MessagesServer, log: string) {
  return { calls: server.calls.length, lines: (await linesOf(log)).length };
}

async function since(
  { calls, lines }: { calls: number; lines: number },
  server: MessagesServer,
  log: string,
) {
  return {
    prompts: server.calls.slice(calls).map(({ prompt }) => prompt),
    executions: (await linesOf(log)).slice(lines),
  };
}

async function linesOf(file: string): Promise<string[]> {
  return (await readFile(file, "utf8")).split("\n").filter((line) => line !== "");
}

/** Effects of a session that the journal held already when the session began. */
function paidAgain({ effects }: Chain): string[] {
  return effects.flatMap(({ before, prompts, executions }) => {
    const answered = new Set(
      before.flatMap((event) => (event.type === "answered" ? [event.value.prompt] : [])),
    );
    const executed = new Set(
      before.flatMap((event) =>
        event.type === "executed"
          ? [`${event.value.solution}/${event.value.view}`]
          : event.type === "probed"
            ? [event.key]
            : [],
      ),
    );
    return [
      ...prompts.filter((prompt) => answered.has(prompt)),
      ...executions.filter((at) => executed.has(at)),
    ];
  });
}

test("a run that nobody kills ends well and does everything once", async () => {
  expect(whole.sessions.map(({ code }) => code)).toEqual([0]);
  expect(whole.events.map(({ type }) => type)).toContain("sealed-opened");
  const [{ prompts = [], executions = [] } = {}] = whole.effects;
  const count = (type: string) => whole.events.filter((event) => event.type === type).length;
  const scripts = count("executed") + count("probed");
  expect([prompts.length, executions.length]).toEqual([count("answered"), scripts]);
});

// Between them the two chains kill at every line of the journal: one behind the even ones, once they are on
// the disk; one behind the odd ones, when the next thing has happened already and is about to be recorded.
const chains: [string, string, (session: number) => string][] = [
  ["after", "right after a line is on the disk", () => "after:2"],
  [
    "before",
    "when something has happened that is not recorded yet",
    (session) => (session === 1 ? "before:2" : "before:3"),
  ],
];

test.concurrent.each(chains)(
  "a run that is killed again and again (%s: %s) ends as if nobody had killed it",
  async (name, _, killAt) => {
    const killed = await chain(name, killAt);
    const resumed = killed.events.filter((event) => event.type === "run-resumed").length;
    expect(killed.sessions.at(-1)).toMatchObject({ code: 0 });
    expect(resumed).toBeGreaterThan(whole.events.length / 3);
    expect(await outcomeOf(killed.folder)).toEqual(await outcomeOf(whole.folder));
    expect(paidAgain(killed)).toEqual([]);
  },
  2_400_000,
);
