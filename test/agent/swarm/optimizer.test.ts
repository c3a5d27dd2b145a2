import { expect, test } from "vitest";
import { OPTIMIZERS } from "../../../agent/swarm/optimizer.ts";
import { optimized } from "./made-world.ts";

const SEEDS = Array.from({ length: 10 }, (_, seed) => seed);

function mean(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}

test.each([8, 12])(
  "the default and CMA-ES beat random search on graphs of %i nodes at as many evaluations",
  (nodes) => {
    const worth = (name: "es" | "cma-es" | "random", population: number) =>
      mean(
        SEEDS.map((seed) => optimized(name, { nodes, evaluations: 300, seed }, population).best),
      );
    const random = worth("random", 1);
    expect(worth("es", 4)).toBeGreaterThan(random + 0.02);
    expect(worth("cma-es", 12)).toBeGreaterThan(random + 0.02);
  },
);

test.each(OPTIMIZERS)(
  "%s finds the same again from the same seed, and other points from another",
  (name) => {
    const of = (seed: number) => optimized(name, { nodes: 6, evaluations: 60, seed });
    expect(of(3)).toEqual(of(3));
    expect(of(3)).not.toEqual(of(4));
  },
);
