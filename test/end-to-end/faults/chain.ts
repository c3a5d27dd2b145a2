import { createHash } from "node:crypto";
import { appendFile, chmod, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Event } from "../../../runs/events/events.ts";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import {
  type MessagesServer,
  saying,
  startMessagesServer,
} from "../../fakes/servers/messages-server.ts";
import { python } from "../../tasks/interpreter.ts";
import { type Ended, mleStar, runCommand } from "../program.ts";
import { answerTo } from "../scripted-answers.ts";

const preload = fileURLToPath(new URL("./kill-at-line.mjs", import.meta.url));

/** A run that is to be killed: where all is kept, its competition, and what its command says. */
export type Victim = {
  root: string;
  competition: string;
  settings: readonly string[];
  flags: readonly string[];
};

/** One run, however many processes it took. */
export type Chain = {
  folder: string;
  sessions: Ended[];
  events: Event[];
  /** What each process began to do, and what the journal held when it was started. */
  effects: { before: Event[]; prompts: string[]; executions: string[] }[];
  /** The places that it never came to. */
  left: string[];
};

/** Where a run is killed: once at each of some places of its journal. */
export type Kills = { when: "after" | "before"; places: readonly string[] };

/** Starts the same command again and again until it ends by itself. */
export async function chain(victim: Victim, name: string, kills: Kills | null): Promise<Chain> {
  const { root, competition, settings, flags } = victim;
  // Of this call alone: a test that is tried once more must not go on where its first try was.
  const base = await mkdtemp(join(root, `${name}-`));
  const folder = join(base, "runs", basename(competition), "one");
  const journal = join(folder, "journal.jsonl");
  const log = join(base, "executions.txt");
  const places = join(base, "places.txt");
  await writeFile(log, "");
  await writeFile(places, (kills?.places ?? []).join("\n"));
  await using server = await startMessagesServer(({ prompt }) => saying(answerTo(prompt)));
  const sessions: Ended[] = [];
  const effects: Chain["effects"] = [];
  const environment = {
    ANTHROPIC_BASE_URL: server.url,
    MLE_STAR_PYTHON: await countingPython(base, log),
    ...(kills === null
      ? {}
      : {
          KILL_AT: `${kills.when}:place`,
          KILL_PLACES: places,
          NODE_OPTIONS: `--import=${preload}`,
        }),
  };
  const command = runCommand(competition, {
    runs: join(base, "runs"),
    id: "one",
    settings: [...settings],
    flags: [...flags],
  });
  for (let last: Ended | null = null; last?.signal !== null; ) {
    const before = await readEvents(journal);
    const counted = await counts(server, log);
    last = await mleStar(command, environment);
    sessions.push(last);
    effects.push({ before, ...(await since(counted, server, log)) });
  }
  const left = await linesOf(places);
  return { folder, sessions, effects, left, events: await readEvents(journal) };
}

/**
 * The interpreter, with a line written for each script that it starts in a workspace: what ran on which rows, both by
 * their hashes, since a folder of a solution says nothing of it; an example of a card by its place. A scratch
 * interpreter, which has no rows to predict, is started anew by design.
 */
async function countingPython(base: string, log: string): Promise<string> {
  const file = join(base, "python");
  const hash = (of: string) => `$(sha256sum < ${of} | cut -c1-64)`;
  const solution = `"${base}"/*/work/*/box) [ ! -f ../data/test.csv ] || echo "${hash("solution.py")} ${hash("../data/test.csv")}" >> "${log}";;`;
  const example = `"${base}"/*/work/*) echo "\${PWD##*/work/}" >> "${log}";;`;
  const note = `case "$PWD" in ${solution} ${example} esac`;
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

/** What was executed, by events, as the interpreter notes it. */
export async function executedIn(events: readonly Event[], folder: string): Promise<string[]> {
  const rows = async (view: string) => {
    const file = join(folder, "referee", "views", view.replace(/@.*$/u, ""), "test.csv");
    return createHash("sha256")
      .update(await readFile(file))
      .digest("hex");
  };
  const found = events.map(async (event) => {
    if (event.type === "probed") return [event.key];
    if (event.type !== "executed") return [];
    return [`${event.value.ranHash} ${await rows(event.value.view)}`];
  });
  return (await Promise.all(found)).flat();
}

const count = (all: readonly string[], one: string) => all.filter((each) => each === one).length;

/** Effects of a session that the journal held already when the session began. */
export async function paidAgain({ effects, events, folder }: Chain): Promise<string[]> {
  const all = await executedIn(events, folder);
  const again = effects.map(async ({ before, prompts, executions }) => {
    const answered = new Set(
      before.flatMap((event) => (event.type === "answered" ? [event.value.prompt] : [])),
    );
    const executed = await executedIn(before, folder);
    return [
      ...prompts.filter((prompt) => answered.has(prompt)),
      ...executions.filter(
        (each) => count(executions, each) > count(all, each) - count(executed, each),
      ),
    ];
  });
  return (await Promise.all(again)).flat();
}

/**
 * The places of a run, as kill-at-line.mjs has them, and those at which a call that was lost is booked: of those that
 * a run comes to in the same way, by one type of event on one kind of view, the one in the middle.
 */
export function placesOf({ events }: Chain): string[] {
  const places = events.map(({ type, key }) => `${type} ${key.replace(/\/\d+(?=\/sent$)/u, "")}`);
  const booked = places
    .filter((place) => place.endsWith("/sent"))
    .map((place) => place.replace(/^\S+ (.*)\/sent$/u, "unanswered $1/unanswered"));
  const all = [...new Set([...places, ...booked])];
  return [...new Set(all.map(kindOf))].map((kind) => {
    const alike = all.filter((place) => kindOf(place) === kind);
    return alike[Math.floor(alike.length / 2)] ?? "";
  });
}

function kindOf(place: string): string {
  const view = /\/([a-z]+)-?\d*\/(?:run|judge)$/u.exec(place)?.[1] ?? "";
  return `${place.split(" ")[0]} ${view}`;
}
