import { describe, expect, test } from "vitest";
import { PLAN_METHODS } from "../../../../agent/policies/plans/bandit.ts";
import { allocate, type Writers, writePlan } from "../../../../agent/policies/plans/methods.ts";

test.each([
  [0.2, [9, 1, 0]],
  [1, [5, 3, 2]],
])("REBASE shares ten children by softmax at temperature %d", (temperature, expected) => {
  expect(allocate([0.8, 0.4, -0.2], 10, temperature)).toEqual(expected);
});

test("shares are whole and add up to the width", () => {
  for (let width = 0; width < 12; width++)
    for (const rewards of [[1], [0, 0, 0], [-1, 1], [0.3, 0.31, 0.29, -5]])
      expect(allocate(rewards, width, 0.2).reduce((sum, each) => sum + each, 0)).toBe(width);
});

/** Plans of up to two steps, each better than the one before by its number; `calls` of both kinds at most. */
function writersOf(calls: number) {
  const used = { proposed: 0, judged: 0, depths: new Set<number>() };
  const writers: Writers = {
    async propose(before, what) {
      if (used.proposed + used.judged >= calls) return null;
      used.proposed += 1;
      used.depths.add(before.length);
      const steps = [...before, `step ${used.proposed}`];
      return { steps, isComplete: what === "plan" || steps.length === 2 };
    },
    async judge(plan) {
      if (used.proposed + used.judged >= calls) return null;
      used.judged += 1;
      return Math.max(...[...plan.matchAll(/\d+/gu)].map(Number));
    },
  };
  return { used, writers };
}

describe("every way", () => {
  test.each(PLAN_METHODS)("%s stops at the threshold", async (method) => {
    const { used, writers } = writersOf(200);
    const found = await writePlan(method, writers, 4);
    expect(found?.score).toBeGreaterThanOrEqual(4);
    expect(used.proposed).toBeLessThan(25);
  });

  test.each(PLAN_METHODS)("%s keeps the best when its calls are used up", async (method) => {
    const { used, writers } = writersOf(8);
    const found = await writePlan(method, writers, 1000);
    expect(used.proposed + used.judged).toBe(8);
    expect(found?.score).toBe(4);
  });

  test.each(PLAN_METHODS)("%s comes to nothing where nobody answers", async (method) => {
    expect(await writePlan(method, writersOf(0).writers, 50)).toBeNull();
  });
});

test("best of N writes five whole plans, the two trees go step by step, REBASE the widest", async () => {
  const depthsOf = async (method: (typeof PLAN_METHODS)[number]) => {
    const { used, writers } = writersOf(400);
    await writePlan(method, writers, 1000);
    return { proposed: used.proposed, depth: Math.max(...used.depths) };
  };
  expect(await depthsOf("bon")).toEqual({ proposed: 5, depth: 0 });
  expect(await depthsOf("tot")).toMatchObject({ depth: 1 });
  // Ten first steps, then one fewer, shared among them.
  expect(await depthsOf("rebase")).toEqual({ proposed: 19, depth: 1 });
});
