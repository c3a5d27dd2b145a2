import { expect, test } from "vitest";
import { runWorld, values } from "../../fakes/run-world.ts";
import { scoreOf } from "../../fakes/world.ts";

test("has a submission in place from the first scored solution on", async () => {
  await using ran = await runWorld({});
  const types = ran.world.journal.events.map((event) => event.type);
  expect(types.indexOf("submission-written")).toBeGreaterThan(types.indexOf("evaluated"));
  expect(types.indexOf("submission-written")).toBeLessThan(types.indexOf("ablated"));
});

test("runs the first submission before the scripts that waited for a slot already", async () => {
  await using ran = await runWorld({
    config: { candidates: 4, slots: 1, outerSteps: 0 },
    latency: (at) => (at.includes("fold-") ? 0.3 : 0),
  });
  const order = ran.world.executed.map(({ at }) => at);
  const final = order.findIndex((at) => at.endsWith("/final"));
  expect(order.slice(final).filter((at) => at.includes("/init-")).length).toBeGreaterThan(1);
});

test("is made by the next solution when the first one does not run on all the data", async () => {
  let finals = 0;
  const behavior = (code: string, job: { at: string }) => {
    const isFirst = job.at.endsWith("/final") && ++finals === 1;
    const score = scoreOf(code);
    return isFirst ? { outcome: "timed-out" as const, log: "" } : { score };
  };
  await using ran = await runWorld({ behavior });
  const [first, second] = values(ran.world, "offered").map((each) => each.solution);
  expect(second).not.toBe(first);
  expect(values(ran.world, "submission-written")[0]?.solution).toBe(second);
});
