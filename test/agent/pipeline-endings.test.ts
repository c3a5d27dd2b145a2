import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Request } from "../../agent/models/model.ts";
import { pipeline } from "../../agent/pipeline.ts";
import type { Run } from "../../agent/run/run.ts";
import type { Finished } from "../../agent/solution.ts";
import type { Clock } from "../../runs/clock.ts";
import { LimitReached, Paused } from "../../runs/errors.ts";
import type { Event } from "../../runs/events/events.ts";
import type { Job } from "../../sandbox/contract.ts";
import { defaultAnswer } from "../fakes/answers.ts";
import { small } from "../fakes/run-world.ts";
import type { Behavior } from "../fakes/scripted-sandbox.ts";
import { openWorld, scoreOf, type WorldOptions } from "../fakes/world.ts";
import { sampled, sampledRuns } from "../sample.ts";

/** A number in 0..1 that a text always gets. */
function drawn(text: string): number {
  return Number.parseInt(createHash("sha256").update(text).digest("hex").slice(0, 8), 16) / 2 ** 32;
}

/** The same answer at a place in every session. */
function answers(request: Request) {
  return defaultAnswer(request, () => Number((0.5 + drawn(request.at) / 10).toFixed(4)));
}

type RunBehavior = (code: string, job: Job, run: Run) => Behavior;

type Ended = { finished: Finished; events: Event[]; submission: string; pauses: number };

/** One run through all its sessions; each is paused after so many events of its own, the last one is not. */
async function runThrough(
  options: Omit<WorldOptions, "behavior"> & { behavior?: RunBehavior },
  pausesAfter: readonly number[],
): Promise<Ended> {
  const folder = await mkdtemp(join(tmpdir(), "mle-star-endings-"));
  let pauses = 0;
  try {
    for (const after of [...pausesAfter, Number.POSITIVE_INFINITY]) {
      let current: Run | null = null;
      const behavior = (code: string, job: Job) =>
        current === null || options.behavior === undefined
          ? { score: scoreOf(code) }
          : options.behavior(code, job, current);
      await using world = await openWorld({ ...options, folder, behavior });
      const { handle, journal } = world;
      current = handle.run;
      let fresh = 0;
      journal.subscribe((_, replayed) => {
        fresh += replayed ? 0 : 1;
        if (fresh === after) handle.pause();
      });
      try {
        const finished = await pipeline(handle.run);
        const submission = await readFile(join(folder, "submission.csv"), "utf8");
        return { finished, events: [...journal.events], submission, pauses };
      } catch (error) {
        if (!(error instanceof Paused)) throw error;
        await handle.settled();
        pauses += 1;
        expect(await readFile(join(folder, "submission.csv"), "utf8")).not.toBe("");
      }
    }
    throw new Error("the last session was paused");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A clock that goes on by what scripts take. */
function passingClock(): Clock & { pass(seconds: number): void } {
  let now = 0;
  return {
    now: () => new Date(1000 * now),
    monotonic: () => now,
    pass(seconds) {
      now += seconds;
    },
  };
}

const FAILURES: Behavior[] = [
  { outcome: "error", exitCode: 1, log: "ValueError: no" },
  { outcome: "out-of-memory", exitCode: 137, log: "" },
  { outcome: "timed-out", exitCode: null, log: "" },
  { submission: "not a submission" },
];

/** What fails and when is drawn from the seed, by script and view; the run's deadline ends what is at work. */
function faults(seed: number, share: number, clock: ReturnType<typeof passingClock>) {
  return (code: string, job: Job, run: Run): Behavior => {
    const lot = drawn(`${seed} ${job.at}`);
    const seconds = 1 + Math.floor(4 * drawn(`${seed} seconds ${job.at}`));
    const isFirst =
      job.at.endsWith("/final") &&
      run.journal.recorded("submission-written", "publish/first") === null;
    const left = (isFirst ? run.budget.secondsLeftOfAll() : run.budget.secondsLeft()) ?? seconds;
    clock.pass(Math.max(0, Math.min(seconds, left)));
    if (seconds > left) throw new LimitReached("seconds");
    const failure = FAILURES[Math.floor((lot / share) * FAILURES.length)];
    return lot < share && failure !== undefined ? failure : { score: scoreOf(code), seconds };
  };
}

const isOfScript = (submission: string) => submission.startsWith("score:");
const scoredIn = (events: readonly Event[]) =>
  events.some(({ type, value }) => type === "evaluated" && value.evaluation.score !== null);
/** Runs on all the data that came to nothing: no submission can be made of those. */
const brokenFinals = (events: readonly Event[]) =>
  events.filter(
    ({ type, value }) =>
      (type === "executed" && value.view === "final" && value.outcome !== "finished") ||
      (type === "judged" && value.view === "final" && value.status === "invalid-submission"),
  );

const schedule = fc.record({
  seed: fc.nat(),
  share: fc.constantFrom(0, 0.2, 0.5, 0.9),
  maxExecutions: fc.option(fc.integer({ min: 1, max: 20 })),
  timeLimit: fc.option(fc.integer({ min: 5, max: 120 })),
  searchFolds: fc.integer({ min: 1, max: 3 }),
  tracks: fc.integer({ min: 1, max: 2 }),
  pauses: fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 3 }),
});

/** All tracks have failed when the search's time is over, and the playbook is asked for the baseline. */
const nothingLeftForTheBaseline = {
  seed: 1_542_404_601,
  share: 0.9 as const,
  maxExecutions: 3,
  timeLimit: 6,
  searchFolds: 1,
  tracks: 1,
  pauses: [],
};

test("no run that scored a script ends without a script's submission, and none without a file", async () => {
  const check = async (drawnUp: typeof schedule extends fc.Arbitrary<infer T> ? T : never) => {
    const { seed, share, maxExecutions, timeLimit, searchFolds, tracks, pauses } = drawnUp;
    const clock = passingClock();
    const behavior = faults(seed, share, clock);
    const config = { ...small, blends: true, tracks, maxExecutions, timeLimit };
    const ended = await runThrough(
      { config, answers, behavior, clock, split: { searchFolds } },
      pauses,
    );
    const { events, submission, finished } = ended;
    expect(submission).not.toBe("");
    const executed = events.filter(({ type }) => type === "executed").length;
    expect(executed).toBeLessThanOrEqual(maxExecutions ?? Number.POSITIVE_INFINITY);
    if (finished.solution !== null) expect(isOfScript(submission)).toBe(true);
    const isCutShort = events.some(({ key }) => key.includes("/final/run/limit"));
    if (scoredIn(events) && brokenFinals(events).length === 0 && !isCutShort)
      expect(isOfScript(submission)).toBe(true);
    const last = events.findLast((event) => event.type === "submission-written");
    expect(last?.value.solution === null).toBe(!isOfScript(submission));
  };
  await fc.assert(fc.asyncProperty(schedule, check), {
    ...sampledRuns(200, { size: 10, seed: 23 }),
    examples: [[nothingLeftForTheBaseline]],
  });
}, 600_000);

const undisturbed = { config: { ...small, blends: true, slots: 1 }, answers };
const places = Array.from({ length: 60 }, (_, index) => index + 1);

test("a run that is paused at any event and goes on ends as if nothing had been", async () => {
  const whole = await runThrough(undisturbed, []);
  for (const place of sampled(places, { size: 5, seed: 7 })) {
    const paused = await runThrough(undisturbed, [place]);
    expect([place, paused.finished]).toEqual([place, whole.finished]);
    expect(paused.submission).toBe(whole.submission);
    // Which script was the first to be scored, and so made the first submission, is no part of the outcome.
    const lasting = ({ events }: Ended) =>
      events
        .filter(({ key }) => !/^publish\/|\/final\//u.test(key))
        .map(({ type, key }) => `${type} ${key}`)
        .sort();
    expect(lasting(paused)).toEqual(lasting(whole));
  }
}, 600_000);

test.each([1, 2, 3])(
  "%i executions are one script's submission at least",
  async (maxExecutions) => {
    const { events, submission } = await runThrough(
      { config: { ...small, maxExecutions }, answers },
      [],
    );
    expect(isOfScript(submission)).toBe(true);
    const last = events.findLast((event) => event.type === "submission-written")?.value;
    expect(last?.unchecked).toContain("canary");
    expect(last?.unchecked.includes("search")).toBe(maxExecutions === 1);
    expect(events.filter(({ type }) => type === "executed").length).toBeLessThanOrEqual(
      maxExecutions,
    );
  },
);
