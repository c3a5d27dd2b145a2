import { expect, test } from "vitest";
import { evaluate } from "../../../agent/evaluate/evaluate.ts";
import type { Solution } from "../../../agent/solution.ts";
import { values } from "../../fakes/run-world.ts";
import { openWorld } from "../../fakes/world.ts";

const draft: Solution = {
  id: "track-1/init-1",
  code: "quality = 0.9\n",
  parent: null,
  origin: "init",
  track: "track-1",
  plan: null,
};

test("a script that was ended for what it did is leaky, says why, and is no script that failed", async () => {
  const audit = { processes: ["sh -c true"], sockets: [], outside: [], forbidden: "started sh" };
  await using world = await openWorld({
    config: { debugRounds: 0, leakageModel: "off" },
    behavior: () => ({ outcome: "forbidden", exitCode: 87, audit }),
  });
  const evaluated = await evaluate(world.handle.run, draft, null);
  expect(evaluated?.evaluation).toMatchObject({ status: "leaky", score: null });
  expect(evaluated?.evaluation.reason).toContain("forbidden: started sh");
  expect(values(world, "executed")).toMatchObject([{ outcome: "forbidden", audit }]);
});
