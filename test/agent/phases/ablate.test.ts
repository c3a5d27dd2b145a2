import { expect, test } from "vitest";
import { runWorld, values } from "../../fakes/run-world.ts";

test("ranks an ablation in code by the loss against the baseline", async () => {
  await using ran = await runWorld({ config: { ablationVariants: 2 } });
  const [ablated] = values(ran.world, "ablated") as unknown as {
    variants: { score: number; importance: number }[];
  }[];
  const importances = ablated?.variants.map((each) => each.importance ?? 0) ?? [];
  expect(importances).toEqual([...importances].sort((a, b) => b - a));
  expect(importances[0]).toBeGreaterThan(0);
});
