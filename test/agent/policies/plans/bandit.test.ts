import { expect, test } from "vitest";
import {
  type Arm,
  boundsOf,
  chooseArm,
  type Formula,
} from "../../../../agent/policies/plans/bandit.ts";
import { drawsOf } from "../../../../agent/policies/random.ts";

const arms: Arm[] = [
  { reward: 1.8, count: 3, prior: 0.4, recovery: 0 },
  { reward: 0.5, count: 2, prior: 0.1, recovery: 1 },
  { reward: 0, count: 1, prior: 0.9, recovery: 0 },
];

test.each([
  ["main-text", [1.84084, 2.2053, 2.22412]],
  ["paper", [1.57417, 2.09419, 2.22412]],
] as const)("%s has the bounds of the paper's formula", (formula, expected) => {
  const bounds = boundsOf(arms, 4, formula);
  for (const [index, value] of expected.entries()) expect(bounds[index]).toBeCloseTo(value, 5);
});

/** Share of 500 pulls that go to the best of three arms of .3, .5 and .8. */
function shareOfBest(formula: Formula, seed: number): number {
  const random = drawsOf("bandit", formula, seed);
  const state = [0.1, 0.4, 0.9].map((prior): Arm => ({ reward: 0, count: 1, prior, recovery: 0 }));
  let best = 0;
  for (let taken = 0; taken < 500; taken++) {
    const chosen = chooseArm(boundsOf(state, taken, formula));
    const arm = state[chosen];
    if (arm === undefined) throw new Error("no arm");
    arm.count += 1;
    arm.reward += Number(random() < ([0.3, 0.5, 0.8][chosen] ?? 0));
    best += Number(chosen === 2);
  }
  return best / 500;
}

const mean = (values: readonly number[]) =>
  values.reduce((sum, each) => sum + each, 0) / values.length;
const seeds = Array.from({ length: 60 }, (_, seed) => seed);

test("over 500 pulls the mended formula finds the best arm, and the printed one does not", () => {
  expect(mean(seeds.map((seed) => shareOfBest("mean-normalised", seed)))).toBeGreaterThanOrEqual(
    0.75,
  );
  expect(mean(seeds.map((seed) => shareOfBest("paper", seed)))).toBeLessThanOrEqual(0.45);
});

const WORLD = [
  [0.8, 0.6, 0.5],
  [0.55, 0.8, 0.6],
  [0.4, 0.55, 0.8],
];

/** Mean true reward over 300 instances whose best arm depends on the instance, with a prior that is right so often. */
function contextual(formula: Formula, right: number, seed: number): number {
  const random = drawsOf("contextual", seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const state = [0, 1, 2].map((): Arm => ({ reward: 0, count: 1, prior: 0, recovery: 0 }));
  let sum = 0;
  for (let taken = 0; taken < 300; taken++) {
    const truth = Math.floor(3 * random());
    const guess = random() < right ? truth : Math.floor(3 * random());
    for (const [index, arm] of state.entries())
      arm.prior = (WORLD[guess]?.[index] ?? 0) + 0.05 * normal();
    const chosen = chooseArm(boundsOf(state, taken, formula));
    const value = WORLD[truth]?.[chosen] ?? 0;
    const arm = state[chosen];
    if (arm === undefined) throw new Error("no arm");
    arm.count += 1;
    arm.reward += value + 0.1 * normal();
    sum += value;
  }
  return sum / 300;
}

test("where the best arm depends on the instance, a prior that does not fade is worth .05", () => {
  const gain = (right: number) =>
    mean(
      seeds
        .slice(0, 40)
        .map(
          (seed) => contextual("contextual", right, seed) - contextual("main-text", right, seed),
        ),
    );
  expect(gain(0.9)).toBeGreaterThanOrEqual(0.05);
});
