import { afterAll, expect, test } from "vitest";
import { z } from "zod";
import { openSimulation } from "../../measure/machine/simulation.ts";
import { python } from "../interpreter.ts";

const simulation = openSimulation(python);
afterAll(() => simulation.close());

const together = (expected: number, spread: number, gain: number, error: number) =>
  simulation.ask(z.number(), "together", { expected, spread, gain, error });

test("search and sealed evidence count by their precision", async () => {
  expect(await together(1, 1, 0, 1)).toBeCloseTo(0.5, 12);
  expect(await together(1, 1, 0, 3)).toBeCloseTo(0.9, 12);
  expect(await together(1, 3, 0, 1)).toBeCloseTo(0.1, 12);
  // What is known of one side alone, and of neither.
  expect(await together(1, 0, 5, 1)).toBe(1);
  expect(await together(1, 1, 5, 0)).toBe(5);
  expect(await together(1, 0, 5, 0)).toBe(5);
});

test("a gain of the search that the sealed rows contradict counts for nothing", async () => {
  expect(await together(4, 1, 0, 1)).toBeCloseTo(2, 12);
  // A script that knows rows of the search has no such gain on others.
  expect(await together(9, 1, 0, 1)).toBe(0);
  expect(await together(9, 1, 1, 2)).toBe(1);
  expect(await together(0, 1, 9, 1)).toBe(9);
  expect(await together(9, 1, 0, 4)).toBeGreaterThan(8);
});

test("a variant that was built to be worse makes no other gain less sure", async () => {
  const family = (others: number[]) =>
    simulation.ask(z.number(), "family", { gain: 2, others, rows: 1000 });
  const alone = await family([]);
  expect(await family([-8, -8, -8, -8, -8])).toBeCloseTo(alone, 12);
  // As good as the incumbent, it is one more chance to be misled.
  expect(await family([0, 0, 0, 0, 0])).toBeLessThan(alone - 0.02);
});
