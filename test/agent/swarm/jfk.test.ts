import { expect, test } from "vitest";
import { drawsOf, normal } from "../../../agent/policies/random.ts";
import { drawAssignments, jfkScores } from "../../../agent/swarm/jfk.ts";

test("by hand: [0, 0, 1] worth .6 and [1, 2, 2] worth .3 give .6, .45 and .3", () => {
  const assigned = [
    { models: [0, 0, 1], value: 0.6 },
    { models: [1, 2, 2], value: 0.3 },
  ];
  const scores = jfkScores(assigned, 4);
  expect(scores.slice(0, 3)).toEqual([0.6, 0.45, 0.3].map((each) => expect.closeTo(each, 12)));
  expect(scores[3]).toBeNull();
});

/** Rank correlation of models in order of their skill with their scores. */
function spearman(scores: readonly number[]): number {
  const order = scores.map((_, index) => index).sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
  const squares = order.reduce((sum, model, rank) => sum + (model - rank) ** 2, 0);
  const n = scores.length;
  return 1 - (6 * squares) / (n * (n ** 2 - 1));
}

/** Six skills from .2 to .8; each node counts by a weight of a Dirichlet distribution; noise .02. */
function found(assignments: number, seed: number): number {
  const random = drawsOf("jfk", assignments, seed);
  const models = 6;
  const raw = Array.from({ length: models }, () => -Math.log(1 - random()));
  const all = raw.reduce((sum, each) => sum + each, 0);
  const assigned = drawAssignments(assignments, { nodes: models, models }, random).map((at) => {
    const skill = at.reduce(
      (sum, model, node) => sum + ((raw[node] ?? 0) / all) * (0.2 + 0.12 * model),
      0,
    );
    return { models: at, value: skill + 0.02 * normal(random) };
  });
  return spearman(jfkScores(assigned, models).map((score) => score ?? 0.5));
}

test("thirty assignments find the order of six models: Spearman .8 and more in the mean of 100 worlds", () => {
  const mean = (assignments: number) =>
    Array.from({ length: 100 }, (_, seed) => found(assignments, seed)).reduce((a, b) => a + b, 0) /
    100;
  expect(mean(30)).toBeGreaterThan(0.8);
  // Ten, as in the paper, find less of it.
  expect(mean(10)).toBeLessThan(mean(30));
});
