import { afterAll, expect, test } from "vitest";
import { z } from "zod";
import {
  acceptsIn,
  openSimulation,
  type SimulatedTrack,
} from "../../measure/machine/simulation.ts";
import { sampled, sampledRuns } from "../../sample.ts";
import { python } from "../interpreter.ts";

const simulation = openSimulation(python);
afterAll(() => simulation.close());

const mean = (values: readonly number[]) =>
  values.reduce((sum, each) => sum + each, 0) / values.length;

const METRICS = ["rmse", "mae", "log_loss", "roc_auc", "accuracy"];
const SHAPES = [
  { rows: 80, groups: 0 },
  { rows: 300, groups: 0 },
  { rows: 200, groups: 40 },
];

test("over many competitions the sealed interval of the chosen finalist holds the true score at its nominal rate", async () => {
  const Covered = z.object({ sealed: z.boolean(), search: z.array(z.boolean()) });
  const held: number[] = [];
  const searched: number[] = [];
  const all = METRICS.flatMap((metric) =>
    SHAPES.flatMap((shape) =>
      Array.from({ length: 16 }, (_, seed) => ({ metric, ...shape, seed })),
    ),
  );
  const competitions = sampled(all, { size: 20, seed: 2 });
  for (const competition of competitions) {
    const found = await simulation.ask(Covered, "coverage", competition);
    held.push(Number(found.sealed));
    searched.push(...found.search.map(Number));
  }
  // Three points over all of them; the error of a share grows as the root of their number falls.
  const margin = 0.03 * Math.sqrt(all.length / competitions.length);
  for (const rate of [mean(held), mean(searched)])
    expect(Math.abs(rate - 0.95)).toBeLessThanOrEqual(margin);
});

async function accepted(tracks: number, change: Partial<SimulatedTrack>): Promise<number> {
  const found: number[] = [];
  for (let seed = 0; seed < tracks; seed++) {
    const metric = METRICS[seed % METRICS.length] ?? "rmse";
    const track = { metric, rows: 300, spare: 2, steps: 2, tries: 3, seed, errors: null };
    found.push(Number(await acceptsIn(simulation, { ...track, ...change })));
  }
  return mean(found);
}

test("under pure noise the K x T tries of a track pass for a gain at most at the rate that is stated", async () => {
  const { numRuns } = sampledRuns(60, { size: 30, seed: 0 });
  expect(await accepted(numRuns, {})).toBeLessThanOrEqual(0.15);
});

test("a true gain of two standard errors is accepted at least four times in five", async () => {
  const { numRuns } = sampledRuns(50, { size: 24, seed: 0 });
  expect(await accepted(numRuns, { errors: 2 })).toBeGreaterThanOrEqual(0.8);
});

test("the correction removes most of the selection bias of the best of many", async () => {
  const Shrunk = z.object({ before: z.number(), after: z.number() });
  const found: z.infer<typeof Shrunk>[] = [];
  for (const metric of METRICS)
    for (let seed = 0; seed < 3; seed++)
      found.push(await simulation.ask(Shrunk, "shrinkage", { metric, rows: 300, tries: 20, seed }));
  const before = mean(found.map((each) => each.before));
  const after = mean(found.map((each) => each.after));
  expect(before).toBeGreaterThan(0.5);
  expect(Math.abs(after)).toBeLessThan(0.3 * before);
});
