import { expect, test } from "vitest";
import { runWorld, values } from "../../fakes/run-world.ts";

const one = { config: { tracks: 1, outerSteps: 0, candidates: 1, ensembleAttempts: 1 } };

test("the interval of what is submitted moves by what more training rows add, which one more execution measures", async () => {
  const { world, finished } = await runWorld({ ...one, growth: 0.1 });
  const [projected] = values(world, "score-projected");
  expect(projected).toMatchObject({ solution: finished.solution, rows: 0.1 });
  const halved = world.executed.filter(({ at }) => at.endsWith("/halved-0"));
  expect(halved.map(({ at }) => at)).toEqual([`${projected?.halved}/halved-0`]);
  const sealed = finished.sealedScore ?? Number.NaN;
  // It holds the sealed score itself, too.
  expect(finished.sealedInterval).toEqual([sealed, expect.closeTo(sealed + 0.11, 9)]);
  await world.close();
});

test("a split that was frozen without the halved fold is projected without a learning curve", async () => {
  const { world, finished } = await runWorld(one);
  expect(world.executed.filter(({ at }) => at.endsWith("/halved-0"))).toEqual([]);
  expect(values(world, "score-projected")).toMatchObject([
    { solution: finished.solution, rows: null, halved: null },
  ]);
  await world.close();
});
