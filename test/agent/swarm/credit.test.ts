import { expect, test } from "vitest";
import { drawsOf } from "../../../agent/policies/random.ts";
import { banzhaf, drawCoalitions, leaveOneOut } from "../../../agent/swarm/credit.ts";

test("left out one by one, a node's credit is what is lost without it", () => {
  const without = [
    { node: 0, value: 0.5 },
    { node: 2, value: 0.8 },
  ];
  expect(leaveOneOut(0.7, without)).toEqual([
    { node: 0, credit: expect.closeTo(0.2, 12) },
    { node: 2, credit: expect.closeTo(-0.1, 12) },
  ]);
});

test("by hand: the mean worth with a node less that without it", () => {
  const coalitions = [
    { nodes: [0, 1], value: 0.9 },
    { nodes: [0], value: 0.5 },
    { nodes: [1], value: 0.3 },
  ];
  expect(banzhaf(coalitions, [0, 1, 2])).toEqual([
    { node: 0, credit: expect.closeTo(0.4, 12) },
    { node: 1, credit: expect.closeTo(0.1, 12) },
    { node: 2, credit: null },
  ]);
});

test("of a sum of worths, Banzhaf values from drawn coalitions are those worths", () => {
  const worth = [0.4, 0, 0.2, -0.1];
  const nodes = worth.map((_, node) => node);
  const coalitions = drawCoalitions(4000, nodes, drawsOf("coalitions")).map((some) => ({
    nodes: some,
    value: some.reduce((sum, node) => sum + (worth[node] ?? 0), 0),
  }));
  expect(coalitions.every(({ nodes: some }) => some.length > 0)).toBe(true);
  for (const { node, credit } of banzhaf(coalitions, nodes))
    expect(Math.abs((credit ?? 9) - (worth[node] ?? 0))).toBeLessThan(0.05);
});
