import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pipeline } from "../../../agent/pipeline.ts";
import { Paused } from "../../../runs/errors.ts";
import type { Job } from "../../../sandbox/contract.ts";
import { runWorld, small, values } from "../../fakes/run-world.ts";
import { openWorld, scoreOf, type WorldOptions } from "../../fakes/world.ts";

const capped: WorldOptions = {
  capped: { capped: 800, whole: 8000 },
  split: { subsample: 800, trainRows: 10_000 },
  config: { outerSteps: 0, subsample: 800, executionSeconds: 120, slots: 1 },
};

/** What looks at a model card runs before any script. */
const PROBE = "track-1/retrieve/probe";

/** The script that is tried first fails wherever it runs. */
function failsFirst() {
  let first: string | null = null;
  return (code: string, job: Job) => {
    const [solution = ""] = job.at.split(/\/(?=[^/]+$)/u);
    if (job.at.endsWith("/trial-0")) first ??= solution;
    return solution === first
      ? { outcome: "error" as const, exitCode: 1, log: "ValueError: no" }
      : takes(2, 20)(code, job);
  };
}

/** Scripts of so many seconds on the capped rows, and on all of them. */
const takes = (few: number, all: number) => (code: string, job: Job) => ({
  score: scoreOf(code),
  seconds: job.at.endsWith("/trial-0") ? few : all,
});

test.each([
  // Cheap enough for all,
  { few: 2, all: 20, timeLimit: null, isLifted: true },
  // too much of an execution's own limit,
  { few: 2, all: 31, timeLimit: null, isLifted: false },
  // all scripts that are asked for would not fit the time,
  { few: 2, all: 20, timeLimit: 100, isLifted: false },
  // it would be cut short on all the data.
  { few: 13, all: 0, timeLimit: null, isLifted: false },
])(
  "with $few s under the cap and $all s on everything the search has all rows: $isLifted",
  async ({ few, all, timeLimit, isLifted }) => {
    const config = { ...capped.config, timeLimit };
    await using ran = await runWorld({ ...capped, config, behavior: takes(few, all) });
    const [chosen, ...others] = values(ran.world, "rows-chosen");
    expect(others).toEqual([]);
    const seconds = few === 13 ? null : all;
    expect(chosen).toMatchObject({
      isLifted,
      trialSeconds: few,
      seconds,
      capped: 800,
      whole: 8000,
    });
    const order = ran.world.executed.map(({ at }) => at).filter((at) => at !== PROBE);
    const trials = order.filter((at) => at.endsWith("/trial-0"));
    expect(trials).toHaveLength(1);
    // Nothing is scored before it is known on how many rows.
    const decided = seconds === null ? 1 : 2;
    expect(order.findIndex((at) => at.endsWith("/fold-0"))).toBe(decided);
  },
);

test("a script that fails in its trial is run on no more rows, and the next one is tried", async () => {
  const config = { ...capped.config, debugRounds: 0 };
  await using ran = await runWorld({ ...capped, config, behavior: failsFirst() });
  const executed = values(ran.world, "executed");
  const [failed = "", next = ""] = executed
    .filter(({ view }) => view === "trial-0")
    .map(({ solution }) => solution);
  expect(executed.filter(({ solution }) => solution === failed)).toHaveLength(1);
  expect(values(ran.world, "rows-chosen")).toMatchObject([{ solution: next, isLifted: true }]);
});

test.each([{ liftSubsample: false }, { subsample: null }])(
  "no script is tried with %j",
  async (setting) => {
    await using ran = await runWorld({ ...capped, config: { ...capped.config, ...setting } });
    expect(values(ran.world, "rows-chosen")).toEqual([]);
  },
);

test("a run that is paused while the rows are chosen goes on with the same rows", async () => {
  const folder = await mkdtemp(join(tmpdir(), "mle-star-rows-"));
  const all: WorldOptions = { ...capped, folder, config: { ...small, ...capped.config } };
  const behavior = failsFirst();
  try {
    let sessions = 0;
    for (let isOver = false; !isOver; sessions += 1) {
      await using world = await openWorld({ ...all, behavior });
      const { handle, journal } = world;
      // A session has two events of its own.
      let own = 0;
      journal.subscribe((_, replayed) => {
        own += replayed ? 0 : 1;
        if (own === 2) handle.pause();
      });
      isOver = await pipeline(handle.run).then(
        () => true,
        (error: unknown) => {
          if (error instanceof Paused) return false;
          throw error;
        },
      );
      await handle.settled();
      if (!isOver) continue;
      const at = values(world, "executed").map(({ solution, view }) => `${solution}/${view}`);
      expect(new Set(at).size).toBe(at.length);
      const trials = at.filter((each) => each.endsWith("/trial-0"));
      expect(trials.length).toBeGreaterThan(1);
      expect(at).not.toContain(trials[0]?.replace("trial-0", "fold-0"));
      expect(values(world, "rows-chosen")).toHaveLength(1);
    }
    expect(sessions).toBeGreaterThan(5);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
