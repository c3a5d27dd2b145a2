import { describe, expect, test } from "vitest";
import { pipeline } from "../../../agent/pipeline.ts";
import type { Event } from "../../../runs/events/events.ts";
import { runWorld, small, values } from "../../fakes/run-world.ts";
import { openWorld } from "../../fakes/world.ts";

const noise = { acceptance: "noise" as const };

const nearTie = (_a: number, _b: number, views: readonly string[]) =>
  views.length === 1 ? 0.8 : 0.99;

describe("many tries of one step", () => {
  test("are measured at once, and the line that decides names the winner", async () => {
    const { world } = await runWorld({
      config: { ...noise, attempts: 2, ablationVariants: 1 },
    });
    const [look] = values(world, "challengers-compared");
    const attempts = values(world, "evaluated").filter(({ origin }) => origin === "refine");
    const named = look?.challengers.map(({ id }) => id) ?? [];
    expect(named).toEqual(expect.arrayContaining(attempts.map(({ solution }) => solution)));
    const decided = values(world, "decided").find(({ rule }) => rule === "significant-gain");
    expect(decided).toMatchObject({ accepted: true, challenger: "track-1/refine-1/attempt-2" });
    await world.close();
  });

  test("are run again no longer than near-ties have of the budget", async () => {
    const canary = "off" as const;
    const config = { ...noise, attempts: 1, outerSteps: 3, maxExecutions: 40, canary };
    const { world } = await runWorld({ config, compare: () => 0.8 });
    const asked = values(world, "limit-checked").filter(({ limit }) =>
      /near-ties/u.test(limit ?? ""),
    );
    expect(asked.length).toBeGreaterThan(0);
    const granted = values(world, "limit-checked").flatMap(({ granted: each }) => each ?? []);
    const executions = granted.reduce((sum, each) => sum + each.executions, 0);
    expect(executions).toBeLessThanOrEqual(0.15 * 40);
    expect(executions).toBeGreaterThan(0);
    await world.close();
  });

  test("are decided alike when the run is played again from its journal", async () => {
    const first = await openWorld({ config: small, compare: nearTie });
    const finished = await pipeline(first.handle.run);
    const lines = first.journal.events.length;
    const again = await openWorld({ config: small, compare: () => 0, folder: first.folder });
    expect(await pipeline(again.handle.run)).toEqual(finished);
    expect(again.journal.events.length).toBe(lines);
    await again.close();
    await first.close();
  });
});

describe("the sealed holdout", () => {
  test("is announced in the journal before anything runs on it", async () => {
    const { world } = await runWorld({ config: { tracks: 2 } });
    const place = (is: (event: Event) => boolean) => world.journal.events.findIndex(is);
    const announced = place(({ type }) => type === "sealed-intended");
    const entered = place(
      ({ type, value }) => type === "executed" && "view" in value && value.view === "sealed",
    );
    expect(announced).toBeGreaterThan(-1);
    expect(entered).toBeGreaterThan(announced);
    const [intent] = values(world, "sealed-intended");
    const [opened] = values(world, "sealed-opened");
    expect(opened?.finalists.map(({ solution }) => solution).sort()).toEqual(
      intent?.finalists.map(({ solution }) => solution).sort(),
    );
    await world.close();
  });

  test("is opened in a run on many rows whose scripts hardly take longer for all of them", async () => {
    const { world } = await runWorld({
      config: { outerSteps: 0, timeLimit: 150, subsample: 1000, canary: "off" },
      split: { subsample: 1000, trainRows: 8400 },
      behavior: (_, job) => ({ score: 0.5, seconds: job.at.endsWith("/final") ? 20 : 15 }),
    });
    expect(values(world, "sealed-opened")).toHaveLength(1);
    await world.close();
  });
});

test("a run says how many tries its score is corrected for", async () => {
  const { world, finished } = await runWorld({});
  const [corrected] = values(world, "corrected");
  const scored = values(world, "evaluated").filter(({ evaluation }) => evaluation.score !== null);
  expect(corrected?.tries).toBe(scored.length);
  expect(finished).toMatchObject({ tries: scored.length, correctedScore: finished.searchScore });
  await world.close();
});
