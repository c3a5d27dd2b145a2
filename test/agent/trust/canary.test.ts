import { describe, expect, test } from "vitest";
import type { Job } from "../../../sandbox/contract.ts";
import { script } from "../../fakes/answers.ts";
import { fenced, inTurn, runWorld, values } from "../../fakes/run-world.ts";
import type { Behavior } from "../../fakes/scripted-sandbox.ts";

const qualityOf = (code: string): Behavior => ({
  score: Number(/quality = ([\d.]+)/u.exec(code)?.[1] ?? 0),
});
const isShuffled = ({ at }: Job) => at.includes("/shuffled-");
const crash: Behavior = { outcome: "error", exitCode: 1, log: "ValueError: one class only" };

/** Refinement leaps from half to nearly all of the way, and the playbook of the test does not mend it. */
const leap = () => ({
  answers: inTurn("coder", ["```python\nquality = 0.9\n```", "```python\nquality = 0.53\n```"]),
  config: { debugRounds: 0 },
});
const LEAPING = "track-1/refine-1/attempt-1";

describe("the canary on a score that leaps", () => {
  test("refuses a script that still knows the answers after two shuffles, and the search goes on without it", async () => {
    const { world, finished } = await runWorld({ ...leap(), knows: (id) => id === LEAPING });
    const found = values(world, "evaluated").find((each) => each.solution === LEAPING);
    expect(found?.evaluation).toMatchObject({
      status: "leaky",
      score: null,
      reason: expect.stringContaining("another way than the training rows"),
    });
    expect(world.executed.filter((job) => job.at.startsWith(`${LEAPING}/shuffled-`))).toHaveLength(
      2,
    );
    expect(values(world, "canary")[0]).toMatchObject({
      solution: LEAPING,
      verdict: "above-chance",
      asked: expect.stringContaining("more than 5 standard errors"),
    });
    expect(finished.searchScore).toBeLessThan(0.6);
    await world.close();
  });

  test("believes one that falls to chance, after one shuffle", async () => {
    const { world, finished } = await runWorld(leap());
    expect(finished).toMatchObject({ solution: LEAPING, searchScore: 0.9 });
    expect(values(world, "shuffled").filter((each) => each.solution === LEAPING)).toHaveLength(1);
    await world.close();
  });

  test("one shuffle above chance is no leak when the second is not", async () => {
    const { world, finished } = await runWorld({
      ...leap(),
      knows: (id, view) => id === LEAPING && view === "shuffled-0",
    });
    expect(finished.solution).toBe(LEAPING);
    expect(values(world, "canary")[0]).toMatchObject({ verdict: "passed" });
    await world.close();
  });

  test("does not hear ordinary scores before they are finalists", async () => {
    const { world } = await runWorld({});
    const asked = values(world, "canary").map((each) => each.asked);
    // Each of the three finalists once, and nothing else.
    expect(asked).toEqual(["finalist", "finalist", "finalist"]);
    await world.close();
  });

  test("a score that is nearly perfect is heard without any parent", async () => {
    const { world } = await runWorld({
      answers: inTurn("initializer", [fenced(script(0.9995)), fenced(script(0.4))]),
      config: { outerSteps: 0, debugRounds: 0 },
      knows: () => true,
    });
    const perfect = values(world, "evaluated").find((each) => each.solution === "track-1/init-1");
    expect(perfect).toMatchObject({ evaluation: { status: "leaky" } });
    await world.close();
  });
});

describe("the canary on finalists", () => {
  test("a finalist that knows the answers leaves, and the other one that passes is submitted", async () => {
    const { world, finished } = await runWorld({
      config: { tracks: 2, outerSteps: 0, candidates: 1 },
      answers: inTurn("initializer", [fenced(script(0.55)), fenced(script(0.52))]),
      knows: (id) => id === "track-1/init-1",
    });
    expect(finished).toMatchObject({ solution: "track-2/init-1", searchScore: 0.52 });
    const verdicts = values(world, "canary").map(({ solution, verdict }) => [solution, verdict]);
    // They run side by side.
    expect(verdicts.sort()).toEqual([
      ["track-1/init-1", "above-chance"],
      ["track-2/init-1", "passed"],
    ]);
    await world.close();
  });

  test("a script that cannot run on shuffled answers is tried once more, then leaves when another finalist passes", async () => {
    const breaks = (job: Job) => isShuffled(job) && job.at.startsWith("track-1/");
    const { world, finished } = await runWorld({
      config: { tracks: 2, outerSteps: 0, candidates: 1, ensembleAttempts: 1 },
      answers: inTurn("initializer", [fenced(script(0.55)), fenced(script(0.52))]),
      behavior: (code, job) => (breaks(job) ? crash : qualityOf(code)),
    });
    expect(
      values(world, "canary").find((each) => each.solution === "track-1/init-1"),
    ).toMatchObject({ verdict: "unverified", why: expect.stringContaining("one class only") });
    expect(world.executed.filter(breaks)).toHaveLength(2);
    expect(finished.solution).not.toBe("track-1/init-1");
    await world.close();
  });

  test("stays when no other one passes, and the journal says that it is unverified", async () => {
    const { world, finished } = await runWorld({
      config: { outerSteps: 0, candidates: 1 },
      behavior: (code, job) => (isShuffled(job) ? crash : qualityOf(code)),
    });
    expect(finished.solution).toBe("track-1/init-1");
    expect(values(world, "canary")).toMatchObject([{ verdict: "unverified" }]);
    await world.close();
  });

  test("is not heard when the budget has no room for it, and the journal says why", async () => {
    const { world, finished } = await runWorld({
      config: { outerSteps: 0, candidates: 1, maxExecutions: 3 },
    });
    expect(finished.solution).toBe("track-1/init-1");
    expect(values(world, "canary")).toMatchObject([
      { verdict: "skipped", why: expect.stringContaining("budget") },
    ]);
    await world.close();
  });

  test.each(["off", "finalists"] as const)(
    "canary %s: a leap is not heard in the search",
    async (canary) => {
      const { world } = await runWorld({
        ...leap(),
        config: { debugRounds: 0, canary },
      });
      const asked = new Set(values(world, "canary").map((each) => each.asked));
      expect([...asked]).toEqual(canary === "off" ? [] : ["finalist"]);
      await world.close();
    },
  );
});

describe("a run that scores itself", () => {
  test("says that nothing can be shuffled", async () => {
    const { world } = await runWorld({
      config: { outerSteps: 0, candidates: 1 },
      split: { kind: "self-reported", folds: [], searchFolds: 0 },
      behavior: (_, { at }) =>
        at.endsWith("/final")
          ? { score: 0.5 }
          : { log: "Final Validation Performance: 0.5", outcome: "finished" },
    });
    expect(values(world, "canary")).toMatchObject([
      { verdict: "skipped", why: expect.stringContaining("no split") },
    ]);
    await world.close();
  });
});
