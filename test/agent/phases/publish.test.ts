import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Clock } from "../../../runs/clock.ts";
import { script } from "../../fakes/answers.ts";
import { fenced, inTurn, runWorld, values } from "../../fakes/run-world.ts";
import { scoreOf } from "../../fakes/world.ts";

test("has a submission in place from the first scored solution on", async () => {
  await using ran = await runWorld({});
  const { events } = ran.world.journal;
  const first = events.findIndex((event) => event.key === "publish/first");
  const types = events.map((event) => event.type);
  expect(first).toBeGreaterThan(types.indexOf("evaluated"));
  expect(first).toBeLessThan(types.indexOf("ablated"));
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
  expect(ran.world.journal.find("submission-written", "publish/first")?.value.solution).toBe(
    second,
  );
});

test("is a constant before anything is scored, and stays one when nothing is", async () => {
  const behavior = () => ({ outcome: "error" as const, exitCode: 1, log: "no" });
  await using ran = await runWorld({ behavior });
  const written = values(ran.world, "submission-written");
  expect(written).toMatchObject([{ solution: null, isBest: false }]);
  const types = ran.world.journal.events.map(({ type }) => type);
  expect(types.indexOf("submission-written")).toBeLessThan(types.indexOf("searched"));
  expect(await readFile(join(ran.world.folder, "submission.csv"), "utf8")).toBe("constant");
});

test("follows what the search accepts, provisional until the finalists are checked", async () => {
  await using ran = await runWorld({ config: { maxExecutions: 60 } });
  const written = values(ran.world, "submission-written");
  const gains = written.slice(1, -1);
  expect(gains.length).toBeGreaterThan(1);
  for (const each of gains) expect(each.unchecked).toEqual(["canary", "reproduction", "sealed"]);
  const scores = gains.map(
    ({ solution }) => ran.world.handle.run.evaluated.get(solution ?? "")?.evaluation.score ?? 0,
  );
  expect(scores).toEqual([...scores].sort((a, b) => a - b));
  expect(written.at(-1)).toMatchObject({ unchecked: [], isBest: true });
});

test("does not follow a gain whose run on all the data takes too much of what is left", async () => {
  await using ran = await runWorld({ config: { maxExecutions: 9 } });
  const refused = ran.world.journal.events.filter(
    ({ type, key, value }) =>
      type === "limit-checked" && key.startsWith("publish/turn-") && !value.allowed,
  );
  expect(refused.length).toBeGreaterThan(0);
  expect(ran.finished.solution).not.toBeNull();
});

test("follows few of the gains where the time is limited, and the best script all the same when the search ends", async () => {
  let now = 0;
  const clock: Clock = { now: () => new Date(1000 * now), monotonic: () => now };
  await using ran = await runWorld({
    clock,
    config: { timeLimit: 240, slots: 1 },
    behavior: (code) => {
      now += 2;
      return { score: scoreOf(code), seconds: 2 };
    },
  });
  const { events } = ran.world.journal;
  const end = events.findIndex(({ key }) => key === "finalize/ranking");
  const executed = events
    .slice(0, end)
    .flatMap((event) => (event.type === "executed" ? [event.value] : []));
  const onAllData = executed.filter(({ view }) => view === "final");
  expect(executed.length).toBeGreaterThan(40);
  expect(onAllData.length).toBeGreaterThan(1);
  expect(onAllData.length).toBeLessThanOrEqual(0.1 * executed.length);
  expect(ran.finished.solution).toBe(values(ran.world, "submission-written").at(-1)?.solution);
});

test("falls back to the constant when what was published turns out to be leaky", async () => {
  await using ran = await runWorld({
    config: { candidates: 1, outerSteps: 0 },
    answers: inTurn("initializer", [fenced(script(0.5))]),
    knows: () => true,
  });
  expect(values(ran.world, "submission-written").map(({ solution }) => solution)).toEqual([
    null,
    "track-1/init-1",
    null,
  ]);
  expect(ran.finished.solution).toBeNull();
  expect(await readFile(join(ran.world.folder, "submission.csv"), "utf8")).toBe("constant");
});

const isLeaky = (id: string) => id !== "track-1/init-2";

test("falls back to the best other script when what was published turns out to be leaky", async () => {
  await using ran = await runWorld({
    config: { candidates: 2, outerSteps: 0 },
    answers: inTurn("initializer", [fenced(script(0.6)), fenced(script(0.5))]),
    knows: isLeaky,
  });
  expect(ran.finished.solution).toMatch(/^track-1\/(?:init|merge)/u);
  expect(isLeaky(ran.finished.solution ?? "")).toBe(false);
});
