import { expect, test } from "vitest";
import { script } from "../../fakes/answers.ts";
import { fenced, inTurn, runWorld, values } from "../../fakes/run-world.ts";

const two = {
  config: { tracks: 2, outerSteps: 0, candidates: 1, ensembleAttempts: 1 },
  answers: inTurn("initializer", [fenced(script(0.55)), fenced(script(0.52))]),
};

test("a finalist whose predictions do not come out again is not submitted, the next one is", async () => {
  const { world, finished } = await runWorld({ ...two, isLost: (id) => id === "track-1/init-1" });
  expect(finished.solution).not.toBe("track-1/init-1");
  expect(values(world, "repeated")).toContainEqual(
    expect.objectContaining({ solution: "track-1/init-1", isLost: true }),
  );
  await world.close();
});

test("the one that is submitted ran again alone, on a view that was drawn before", async () => {
  const { world, finished } = await runWorld(two);
  const again = world.executed.filter(({ at }) => at.includes("/again/"));
  expect(again.length).toBeGreaterThan(0);
  expect(values(world, "repeated").every(({ isLost }) => !isLost)).toBe(true);
  const [drawn] = values(world, "canary-drawn");
  expect(again[0]?.at).toBe(`${drawn?.solution}/again/${drawn?.views[0]}`);
  const last = values(world, "submission-written").at(-1);
  expect(last?.solution).toBe(finished.solution);
  expect(last?.unchecked).not.toContain("reproduction");
  await world.close();
});

test("predictions that come out again the second time may win: once is luck of a script without a seed", async () => {
  const isLost = (_id: string, _view: string, again: string) => again.endsWith("/again");
  const { world, finished } = await runWorld({ ...two, isLost });
  expect(finished.solution).toBe("track-1/init-1");
  expect(values(world, "repeated").map(({ isLost: lost }) => lost)).toEqual([true, false]);
  expect(values(world, "submission-written").at(-1)?.unchecked).not.toContain("reproduction");
  await world.close();
});

const disguised = { ...two, disguises: ["rekeyed-0"] as const };
const inDisguise = (executed: readonly { at: string }[]) =>
  executed.map(({ at }) => at).filter((at) => at.includes("/rekeyed-"));

test("one that loses its score in disguise by two draws is not submitted, and only what is submitted is disguised", async () => {
  const isLost = (id: string, view: string) =>
    id === "track-1/init-1" && view.startsWith("rekeyed-");
  const { world, finished } = await runWorld({ ...disguised, isLost });
  expect(finished.solution).not.toBe("track-1/init-1");
  expect(inDisguise(world.executed)).toEqual([
    "track-1/init-1/rekeyed-0",
    "track-1/init-1/rekeyed-1",
    `${finished.solution}/rekeyed-0`,
  ]);
  await world.close();
});

test("one that loses its score in disguise by one draw of two wins", async () => {
  const isLost = (_id: string, view: string) => view === "rekeyed-0";
  const { world, finished } = await runWorld({ ...disguised, isLost });
  expect(finished.solution).toBe("track-1/init-1");
  expect(values(world, "submission-written").at(-1)?.unchecked).toEqual([]);
  await world.close();
});

test("where the budget has no room for the disguise, the submission stands and is marked", async () => {
  const { world } = await runWorld({
    ...disguised,
    config: { outerSteps: 0, candidates: 1, maxExecutions: 5 },
  });
  expect(inDisguise(world.executed)).toEqual([]);
  expect(values(world, "submission-written").at(-1)?.unchecked).toContain("canary");
  await world.close();
});

test("where the budget has no room for it, the submission stands and is marked", async () => {
  const { world } = await runWorld({
    config: { outerSteps: 0, candidates: 1, maxExecutions: 4 },
  });
  expect(world.executed.filter(({ at }) => at.includes("/again/"))).toEqual([]);
  expect(values(world, "submission-written").at(-1)?.unchecked).toContain("reproduction");
  await world.close();
});
