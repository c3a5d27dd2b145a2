import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sampled } from "../../sample.ts";
import { writeWages } from "../made-competition.ts";
import { outcomeOf } from "../run-outcome.ts";
import { chain, paidAgain, placesOf } from "./chain.ts";

/** How many of a run's places are killed at in CI; each costs a session. */
const SAMPLE = { size: 2, seed: 29 };
const settings = ["canary=off", "blends=false", "maxExecutions=5"];
const drivers = {
  native: ["--policy", "native"],
  alternate: ["--policy", "alternate", "--models", "playbook,playbook"],
};
const cases = (["native", "alternate"] as const).flatMap((driver) =>
  (["after", "before"] as const).map((when) => ({ driver, when })),
);

let root: string;
let competition: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-kill-drivers-"));
  competition = await writeWages(join(root, "wages"), 1000);
});
afterAll(() => rm(root, { recursive: true, force: true }));

test.each(sampled(cases, { size: 2, seed: 3 }))(
  "a run driven by $driver that is killed again and again, $when its lines, ends as if nobody had killed it",
  async ({ driver, when }) => {
    const victim = {
      root,
      competition,
      settings,
      flags: ["--seed", "3", "--model", "playbook", ...drivers[driver]],
    };
    const whole = await chain(victim, `${driver}-${when}-whole`, null);
    expect(whole.sessions.map(({ code }) => code)).toEqual([0]);
    const calls = whole.events.filter(({ type }) => type === "tool-called");
    expect(calls.length).toBeGreaterThan(3);
    const places = sampled(placesOf(whole), SAMPLE);
    const killed = await chain(victim, `${driver}-${when}`, { when, places });
    const last = killed.sessions.at(-1);
    expect(last, last?.stderr).toMatchObject({ code: 0 });
    expect(killed.sessions).toHaveLength(places.length - killed.left.length + 1);
    expect(killed.left.filter((place) => !place.startsWith("unanswered "))).toEqual([]);
    expect(await outcomeOf(killed.folder)).toEqual(await outcomeOf(whole.folder));
    expect(await paidAgain(killed)).toEqual([]);
  },
  2_400_000,
);
