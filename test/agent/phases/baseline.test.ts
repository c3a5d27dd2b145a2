import { expect, test } from "vitest";
import { runWorld } from "../../fakes/run-world.ts";

test("falls back to the built-in baseline when every track failed (defect 6)", async () => {
  const behavior = (code: string, job: { at: string }) =>
    job.at.startsWith("track-")
      ? { outcome: "error" as const, exitCode: 1, log: "boom" }
      : { score: code.length > 0 ? 0.4 : 0 };
  await using ran = await runWorld({ behavior, config: { debugRounds: 0 } });
  expect(ran.finished).toMatchObject({ solution: "baseline", searchScore: 0.4 });
});
