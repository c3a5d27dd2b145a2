import { expect, test } from "vitest";
import { drawsOf } from "../../../agent/policies/random.ts";
import { move, PSO_DEFAULTS, particleSwarm } from "../../../agent/swarm/pso.ts";

test("by hand: v = 1, x = 0, p = 1, g = 2, worst -1, φ (.2, .3, .4, .1), all r 1 give v' = 1.4, and λ = .5 gives x' = .7", () => {
  const motion = { x: [0], v: [1], personal: [1], global: [2], worst: [-1] };
  const pull = { own: 0.2, personal: 0.3, global: 0.4, worst: 0.1 };
  const ones = { own: 1, personal: 1, global: 1, worst: 1 };
  const moved = move(motion, pull, ones, 0.5);
  expect(moved.v[0]).toBeCloseTo(1.4, 12);
  expect(moved.x[0]).toBeCloseTo(0.7, 12);
  // Draws weigh the parts, and the sum of what they leave divides: (.1 × 1 + .4 × 2) / .5.
  const some = move(motion, pull, { own: 0.5, personal: 0, global: 1, worst: 0 }, 1);
  expect(some.v[0]).toBeCloseTo(1.8, 12);
  const none = { own: 0, personal: 0, global: 0, worst: 0 };
  expect(move(motion, pull, none, 0.5)).toEqual({ x: [0], v: [0] });
});

/** Where the first particle is, iteration by iteration. */
function trace(
  settings: Partial<typeof PSO_DEFAULTS>,
  values: (point: readonly number[]) => number,
) {
  const random = drawsOf("trace");
  const swarm = particleSwarm(
    { dimensions: 1, population: 2, random },
    { ...PSO_DEFAULTS, ...settings },
  );
  return Array.from({ length: 12 }, () => {
    const points = swarm.ask();
    swarm.tell(points.map(values));
    return points[0]?.[0] ?? Number.NaN;
  });
}

test("steps shrink by the decay, down to the least one", () => {
  // Its own velocity alone moves a particle, and never changes.
  const pull = { own: 1, personal: 0, global: 0, worst: 0 };
  const settings = { pull, step: 0.4, decay: 0.5, leastStep: 0.1, restartAfter: 100 };
  const at = trace(settings, () => 0);
  const moves = at.slice(1).map((each, index) => each - (at[index] ?? 0));
  const [first = 0] = moves;
  expect(moves.map((each) => each / first)).toEqual(
    [1, 0.5, ...Array.from({ length: 9 }, () => 0.25)].map((each) => expect.closeTo(each, 9)),
  );
});

test("a particle that found nothing better for long goes back to its best point and stands still first", () => {
  const pull = { own: 1, personal: 0, global: 0, worst: 0 };
  const at = trace({ pull, restartAfter: 3 }, () => 0);
  expect(at[1]).not.toBe(at[0]);
  expect(at[3]).not.toBe(at[0]);
  // Three iterations without a gain, then back; without a velocity of its own it stays.
  expect(at.slice(4)).toEqual(at.slice(4).map(() => at[0]));
});
