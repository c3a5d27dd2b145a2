import { describe, expect, test } from "vitest";
import { type Config, presets } from "../../agent/config.ts";
import { pipeline } from "../../agent/pipeline.ts";
import { runWorld, small, values } from "../fakes/run-world.ts";
import { openWorld, scoreOf, type World } from "../fakes/world.ts";

/** On the first fold, for its score: finalists run there once more. */
const isSearched = (at: string) => at.endsWith("/fold-0") && !at.endsWith("/again/fold-0");

/** Model calls by role and executions by view that the formula below gives for a run without errors. */
function formula({
  candidates: M,
  outerSteps: T,
  attempts: K,
  tracks: L,
  ensembleAttempts: R,
  ablationVariants: A,
  dataUsage,
  refinement,
}: Config) {
  const scripts = L * (2 * M - 1 + T * (A + K)) + R;
  return {
    calls: {
      retriever: refinement === "block" ? L : 1,
      initializer: L * M,
      merger: L * (M - 1),
      // The scripts of this world open all that there is.
      ...(dataUsage === "always" ? { "data-usage": L } : {}),
      ablation: L * T,
      ...(refinement === "block"
        ? { summarizer: L * T, extractor: L * T, planner: L * T * (K - 1), coder: L * T * K }
        : { refiner: L * T * K }),
      ...(R > 0 ? { "ensemble-planner": R, ensembler: R } : {}),
    },
    scripts,
  };
}

function callsByRole(world: World): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { role } of world.model.asked) counts[role] = (counts[role] ?? 0) + 1;
  return counts;
}

describe("golden counts of an error-free run", () => {
  test.each(["quick", "default", "paper"] as const)(
    "preset %s asks and runs what the formula says",
    async (effort) => {
      await using world = await openWorld({
        config: {
          refinement: "script",
          ...presets[effort],
          effort,
          timeLimit: null,
          leakageModel: "off",
        },
      });
      await pipeline(world.handle.run);
      const { calls, scripts } = formula(world.handle.run.config);
      expect(callsByRole(world)).toEqual(calls);
      const search = world.executed.filter((job) => isSearched(job.at));
      expect(search).toHaveLength(scripts);
    },
  );

  test("asks the leakage checker once per script, no more (defect 2: a clean verdict still runs the script, once)", async () => {
    await using world = await openWorld({
      config: { ...presets.paper, effort: "paper", timeLimit: null, leakageModel: "always" },
    });
    await pipeline(world.handle.run);
    const { scripts } = formula(world.handle.run.config);
    expect(callsByRole(world)["leakage-checker"]).toBe(scripts);
    expect(world.executed.filter((job) => isSearched(job.at))).toHaveLength(scripts);
  });

  test("the paper's numbers stay at the paper's upper bound of calls without checkers", async () => {
    await using world = await openWorld({
      config: { ...presets.paper, effort: "paper", timeLimit: null, leakageModel: "off" },
    });
    await pipeline(world.handle.run);
    // Of Algorithms 1 to 3: calls = L(1 + M + (M-1) + 1 + T(3 + 2K-1)) + 2R + 3; the referee saves the 3 of the finalization.
    expect(world.model.asked).toHaveLength(2 * (1 + 4 + 3 + 1 + 4 * (3 + 2 * 4 - 1)) + 2 * 5);
  });
});

test("a track whose candidates all fail leaves the other tracks alone (defect 6)", async () => {
  const behavior = (code: string, job: { at: string }) =>
    job.at.startsWith("track-1/")
      ? { outcome: "error" as const, exitCode: 1, log: "boom" }
      : { score: scoreOf(code) };
  await using ran = await runWorld({ behavior, config: { tracks: 2, debugRounds: 0 } });
  expect(values(ran.world, "track-failed")).toHaveLength(1);
  expect(ran.finished.solution).toMatch(/^track-2/u);
});

test("ends with a submission when the executions are used up, and never passes the limit", async () => {
  await using ran = await runWorld({
    config: { tracks: 2, candidates: 3, maxExecutions: 8 },
  });
  expect(ran.world.executed.length).toBeLessThanOrEqual(8);
  expect(ran.finished.solution).not.toBeNull();
  expect([...ran.world.handle.reached]).toContain("executions");
});

test("begins no script that must be cut short, and ends with what there is", async () => {
  await using ran = await runWorld({
    config: { timeLimit: 100 },
    behavior: () => ({ score: 0.5, seconds: 90 }),
    // Both candidates are begun before either has shown how long it takes.
    latency: (at) => (at.endsWith("fold-0") ? 2 : 0),
  });
  // Which of the two is scored first, and so whether a canary of what stands still fits, is a race.
  const ofCandidates = /(?:sealed|final|probe|init-\d\/shuffled-0)$/u;
  const searched = ran.world.executed.filter(({ at }) => !ofCandidates.test(at));
  expect(searched.map(({ at }) => at).sort()).toEqual([
    "track-1/init-1/fold-0",
    "track-1/init-2/fold-0",
  ]);
  const outcomes = values(ran.world, "executed").map(({ outcome }) => outcome);
  expect(new Set(outcomes)).toEqual(new Set(["finished"]));
  expect(ran.finished.solution).not.toBeNull();
  expect([...ran.world.handle.reached]).toEqual(["seconds"]);
});

test("stops the search at once when asked to, and still finalizes", async () => {
  await using world = await openWorld({
    config: small,
    behavior: (code) => {
      if (code.includes("family")) return { score: 0 };
      return { score: 0.5 };
    },
    answers: (request) => {
      if (request.role === "ablation") world.handle.stopSearch();
      return null;
    },
  });
  const finished = await pipeline(world.handle.run);
  expect(finished.solution).not.toBeNull();
  expect([...world.handle.reached]).toEqual(["interrupted"]);
});
