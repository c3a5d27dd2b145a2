import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Event } from "../../../runs/events/events.ts";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import { startChatServer } from "../../fakes/servers/chat-server.ts";
import { saying } from "../../fakes/servers/loopback-server.ts";
import { type Ended, mleStar, runCommand } from "../program.ts";
import { answerOf } from "./team-answers.ts";

export const COMPETITION = "cluster-job-class";
const preload = fileURLToPath(new URL("../faults/kill-at-line.mjs", import.meta.url));

/** A run that is to be made: where all is kept, what it is called, and what its command says. */
type Wanted = { root: string; name: string; settings: string[]; flags: string[] };

export type Solved = { sessions: Ended[]; folder: string; events: Event[]; asked: string[] };

/** Runs the command until it ends by itself; killed at each of the places. */
export async function solve(
  { root, name, settings, flags }: Wanted,
  places: readonly string[],
): Promise<Solved> {
  const asked: string[] = [];
  await using server = await startChatServer((call) => {
    const { model, messages } = call.body;
    asked.push(model);
    return saying(answerOf(model, messages.map(({ content }) => content).join("\n")));
  });
  const left = join(root, `${name}-places.txt`);
  await writeFile(left, places.join("\n"));
  const environment = {
    OPENAI_BASE_URL: server.url,
    KILL_AT: "after:place",
    KILL_PLACES: left,
    NODE_OPTIONS: `--import=${preload}`,
  };
  const runs = join(root, name);
  const options = { runs, id: "one", settings, flags };
  const sessions: Ended[] = [];
  do sessions.push(await mleStar(runCommand(COMPETITION, options), environment));
  while (sessions.at(-1)?.signal !== null);
  const folder = join(runs, COMPETITION, "one");
  return { sessions, folder, asked, events: await readEvents(join(folder, "journal.jsonl")) };
}

/** What a certificate says but for times, for places in the journal, and for calls that a kill lost. */
export async function certified(folder: string): Promise<unknown> {
  const { body } = JSON.parse(await readFile(join(folder, "certificate.json"), "utf8"));
  const { spent: _, journal: __, ...lasting } = body;
  return withoutTimes(lasting);
}

/** A commit names its time; views are listed in the order in which they came to their end. */
function withoutTimes(value: unknown): unknown {
  if (Array.isArray(value))
    return value.every((each) => typeof each === "string")
      ? value.toSorted()
      : value.map(withoutTimes);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !["line", "time", "commit"].includes(key));
  return Object.fromEntries(kept.map(([key, each]) => [key, withoutTimes(each)]));
}
