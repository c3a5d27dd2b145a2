import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sampled } from "../../sample.ts";
import { writeWages } from "../made-competition.ts";
import { outcomeOf } from "../run-outcome.ts";
import {
  type Chain,
  chain,
  executedIn,
  type Kills,
  paidAgain,
  placesOf,
  type Victim,
} from "./chain.ts";

const settings = ["tracks=1", "candidates=2", "attempts=1", "ablationVariants=1"];
/** How many of a run's places are killed at in CI; each costs a session. */
const SAMPLE = { size: 6, seed: 23 };

let root: string;
let victim: Victim;
let whole: Chain;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-kill-"));
  const competition = await writeWages(join(root, "wages"), 3000);
  victim = { root, competition, settings, flags: ["--seed", "3"] };
  whole = await chain(victim, "whole", null);
});
afterAll(() => rm(root, { recursive: true, force: true }));

test("a run that nobody kills ends well and does everything once", async () => {
  expect(whole.sessions.map(({ code }) => code)).toEqual([0]);
  expect(whole.events.map(({ type }) => type)).toContain("sealed-opened");
  const [{ prompts = [], executions = [] } = {}] = whole.effects;
  const number = (type: string) => whole.events.filter((event) => event.type === type).length;
  const scripts = number("executed") + number("probed");
  expect([prompts.length, executions.length]).toEqual([number("answered"), scripts]);
  expect(executions.sort()).toEqual((await executedIn(whole.events, whole.folder)).sort());
});

const moments: [Kills["when"], string][] = [
  ["after", "right after a line is on the disk"],
  ["before", "when something has happened that is not recorded yet"],
];

test.concurrent.each(moments)(
  "a run that is killed again and again (%s: %s) ends as if nobody had killed it",
  async (when, _) => {
    const places = sampled(placesOf(whole), SAMPLE);
    const killed = await chain(victim, when, { when, places });
    const last = killed.sessions.at(-1);
    expect(last, last?.stderr).toMatchObject({ code: 0 });
    expect(killed.sessions).toHaveLength(places.length - killed.left.length + 1);
    expect(killed.left.filter((place) => !place.startsWith("unanswered "))).toEqual([]);
    expect(await outcomeOf(killed.folder)).toEqual(await outcomeOf(whole.folder));
    expect(await paidAgain(killed)).toEqual([]);
  },
  2_400_000,
);
