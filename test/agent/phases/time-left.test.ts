import { expect, test } from "vitest";
import type { Clock } from "../../../runs/clock.ts";
import { script } from "../../fakes/answers.ts";
import { fenced, inTurn, runWorld, values } from "../../fakes/run-world.ts";
import { scoreOf, type WorldOptions } from "../../fakes/world.ts";

/** A world whose clock goes on by what scripts take: `seconds` each. */
function timed(seconds: number, options: WorldOptions = {}): WorldOptions {
  let now = 0;
  const clock: Clock = { now: () => new Date(1000 * now), monotonic: () => now };
  return {
    clock,
    behavior: (code) => {
      now += seconds;
      return { score: scoreOf(code), seconds };
    },
    ...options,
    config: { slots: 1, attempts: 1, ablationVariants: 1, ...options.config },
  };
}

const steps = (world: Awaited<ReturnType<typeof runWorld>>["world"]) =>
  new Set(values(world, "decided").flatMap(({ step }) => /refine-\d+/u.exec(step) ?? [])).size;

test("the playbook makes further steps while the time limit leaves room, and none without one", async () => {
  await using long = await runWorld(timed(1, { config: { timeLimit: 200 } }));
  await using short = await runWorld(timed(10, { config: { timeLimit: 100 } }));
  await using open = await runWorld(timed(1));
  expect(steps(long.world)).toBeGreaterThan(3);
  expect(steps(short.world)).toBeLessThanOrEqual(1);
  expect(steps(open.world)).toBe(1);
});

test.each([
  ["block", "planner"],
  ["script", "refiner"],
] as const)(
  "a model that is paid for makes the steps that were asked for, by %s",
  async (refinement, paid) => {
    const modelFor: WorldOptions["modelFor"] = (role, model) =>
      role === paid ? { ...model, name: "paid" } : model;
    const config = { timeLimit: 400, refinement };
    await using ran = await runWorld(timed(1, { config, modelFor }));
    expect(steps(ran.world)).toBe(1);
  },
);

test("a track ends after two further steps without a gain", async () => {
  const answers = inTurn("coder", [fenced("quality = 0.2")]);
  await using ran = await runWorld(timed(1, { config: { timeLimit: 400 }, answers }));
  expect(steps(ran.world)).toBe(2);
});

test("the best script is run with two further seeds, and their average is a candidate", async () => {
  const seeded = (quality: number) => fenced(`SEED = 0\n${script(quality)}`);
  const options = timed(1, {
    config: { timeLimit: 400, outerSteps: 0, candidates: 1, blends: true },
    answers: inTurn("initializer", [seeded(0.5)]),
  });
  await using ran = await runWorld(options);
  const average = values(ran.world, "blended").find(({ solution }) => solution === "blend/seeds");
  expect(average).toMatchObject({ method: "mean" });
  expect(average?.members).toHaveLength(3);
  const origins = values(ran.world, "evaluated").map(({ origin }) => origin);
  expect(origins.filter((each) => each === "seed")).toHaveLength(2);
});

test("further steps leave the room that other seeds of the best take", async () => {
  for (const seconds of [2, 5, 10]) {
    const options = timed(seconds, {
      config: { timeLimit: 400, candidates: 1, blends: true },
      answers: inTurn("initializer", [fenced(`SEED = 0\n${script(0.5)}`)]),
    });
    await using ran = await runWorld(options);
    expect(steps(ran.world)).toBeGreaterThan(1);
    const blended = values(ran.world, "blended").map(({ solution }) => solution);
    expect(blended, `${seconds} s`).toContain("blend/seeds");
  }
});

test("a script that names no seed is run with no other", async () => {
  const options = timed(1, { config: { timeLimit: 400, outerSteps: 0, blends: true } });
  await using ran = await runWorld(options);
  expect(values(ran.world, "blended").map(({ solution }) => solution)).not.toContain("blend/seeds");
});

const searching = { slots: 2, tracks: 2, canary: "finalists" as const };

/** Places of the executions on shuffled answers, and where among the events the search has ended. */
function shuffledIn({ journal }: Awaited<ReturnType<typeof runWorld>>["world"]) {
  const end = journal.events.findIndex(({ key }) => key === "finalize/ranking");
  const shuffled = journal.events.flatMap(({ key }, at) =>
    key.endsWith("/shuffled-0/run") ? [{ key, isEarly: at < end }] : [],
  );
  return { end, shuffled };
}

test("the script that a track ends with is run on shuffled answers before the search has ended, once", async () => {
  await using ran = await runWorld({ config: searching });
  const { end, shuffled } = shuffledIn(ran.world);
  expect(end).toBeGreaterThan(-1);
  expect(shuffled.filter(({ isEarly }) => isEarly)).toHaveLength(2);
  expect(new Set(shuffled.map(({ key }) => key)).size).toBe(shuffled.length);
  // What it comes to is concluded at the end, of finalists.
  const events = ran.world.journal.events;
  expect(events.findIndex(({ type }) => type === "canary")).toBeGreaterThan(end);
});

test.each([{ tracks: 1 }, { slots: 1 }, { maxExecutions: 60 }, { canary: "off" as const }])(
  "none is run early with %j",
  async (setting) => {
    await using ran = await runWorld({ config: { ...searching, ...setting } });
    expect(shuffledIn(ran.world).shuffled.filter(({ isEarly }) => isEarly)).toEqual([]);
  },
);
