import { afterAll, expect, test } from "vitest";
import { openSimulation } from "../../measure/machine/simulation.ts";
import { projectedIn } from "../../measure/scores/generated.ts";
import { python } from "../interpreter.ts";

const simulation = openSimulation(python);
afterAll(() => simulation.close());

test("a script that learns from each further row is expected to score better with all of them", async () => {
  const found = await projectedIn(simulation, "growth", 0);
  expect(found).toMatchObject({ strategy: "stratified", time: null, drawn: "rows" });
  // The metric is an error, and there are a quarter more training rows at the end.
  expect(found.rows).toBeLessThan(0);
  expect(found.interval[0]).toBeLessThan(found.score);
  expect(found.score).toBeLessThan(found.interval[1]);
});

test.each([11, 21])(
  "where rows change with time the interval holds the later score that the sealed rows alone do not (%i)",
  async (n) => {
    const found = await projectedIn(simulation, "drift", n);
    expect(found).toMatchObject({ strategy: "time", drawn: "times", sealed: false, holds: true });
    expect(found.width).toBeGreaterThan(1);
    // Few steps of time count with some assumed ones: by Student's t alone it would be more than three deviations.
    expect(found.interval[1] - found.score).toBeLessThan(3 * (found.time ?? 0));
  },
);

test("the interval of an AUC ends at 1, however much scores change with time", async () => {
  const { score, interval } = await projectedIn(simulation, "drift", 8);
  expect(score).toBeGreaterThan(0.8);
  expect(interval[1]).toBe(1);
});
