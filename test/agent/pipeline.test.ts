import { describe, expect, test } from "vitest";
import { type Config, presets } from "../../agent/config.ts";
import { pipeline } from "../../agent/pipeline.ts";
import { openWorld, type World } from "../fakes/world.ts";

/** Model calls by role and executions by view that the formula of the spec (§5) gives for a run without errors. */
function formula({
  candidates: M,
  outerSteps: T,
  attempts: K,
  tracks: L,
  ensembleAttempts: R,
  ablationVariants: A,
  dataUsage,
}: Config) {
  const scripts = L * (2 * M - 1 + T * (A + K)) + R;
  return {
    calls: {
      retriever: L,
      initialiser: L * M,
      merger: L * (M - 1),
      // The scripts of this world open all that there is.
      ...(dataUsage === "always" ? { "data-usage": L } : {}),
      ablation: L * T,
      summariser: L * T,
      extractor: L * T,
      planner: L * T * (K - 1),
      coder: L * T * K,
      "ensemble-planner": R,
      ensembler: R,
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
      const world = await openWorld({
        config: { ...presets[effort], effort, timeLimit: null, leakageModel: false },
      });
      await pipeline(world.handle.run);
      const { calls, scripts } = formula(world.handle.run.config);
      expect(callsByRole(world)).toEqual(calls);
      const search = world.executed.filter((job) => job.at.endsWith("/fold-0"));
      expect(search).toHaveLength(scripts);
      await world.close();
    },
  );

  test("asks the leakage checker once per script, no more (defect 2: a clean verdict still runs the script, once)", async () => {
    const world = await openWorld({
      config: { ...presets.paper, effort: "paper", timeLimit: null, leakageModel: true },
    });
    await pipeline(world.handle.run);
    const { scripts } = formula(world.handle.run.config);
    expect(callsByRole(world)["leakage-checker"]).toBe(scripts);
    expect(world.executed.filter((job) => job.at.endsWith("/fold-0"))).toHaveLength(scripts);
    await world.close();
  });

  test("the paper's numbers stay at the paper's upper bound of calls without checkers", async () => {
    const world = await openWorld({
      config: { ...presets.paper, effort: "paper", timeLimit: null, leakageModel: false },
    });
    await pipeline(world.handle.run);
    // Spec §5: calls = L(1 + M + (M-1) + 1 + T(3 + 2K-1)) + 2R + 3; the referee saves the 3 of the finalisation.
    expect(world.model.asked).toHaveLength(2 * (1 + 4 + 3 + 1 + 4 * (3 + 2 * 4 - 1)) + 2 * 5);
    await world.close();
  });
});
