import { expect, test } from "vitest";
import { drawsOf } from "../../../agent/policies/random.ts";
import { type Decoded, decode, toMatrix } from "../../../agent/swarm/decode.ts";

const ways = [
  { topP: 0, edgesFrom: null, ends: null },
  { topP: 0.8, edgesFrom: null, ends: null },
  { topP: 0, edgesFrom: 0.8, ends: null },
  { topP: 0.8, edgesFrom: 0.5, ends: [1, 0] },
];

/** Nodes from which an edge leads, step by step, to the sink. */
function reaching({ edges, sink }: Decoded): Set<number> {
  const found = new Set([sink]);
  for (let before = 0; before < found.size; ) {
    before = found.size;
    for (const [from, to] of edges) if (found.has(to)) found.add(from);
  }
  return found;
}

test("a thousand random matrices decode to graphs without a circle, with one sink that all nodes reach", () => {
  for (let seed = 0; seed < 1000; seed++) {
    const random = drawsOf("matrix", seed);
    const nodes = 2 + (seed % 9);
    const matrix = toMatrix(Array.from({ length: nodes * (nodes - 1) }, random), nodes);
    const kept = structuredClone(matrix);
    const way = ways[seed % ways.length] ?? { topP: 0, edgesFrom: null, ends: null };
    const graph = decode(matrix, drawsOf("decode", seed), way);
    expect(matrix).toEqual(kept);
    expect(decode(matrix, drawsOf("decode", seed), way)).toEqual(graph);
    const { order, edges, sink } = graph;
    expect(order.toSorted((a, b) => a - b)).toEqual(matrix.map((_, node) => node));
    // Every edge leads on in the order, so that there is no circle.
    for (const [from, to] of edges) expect(order.indexOf(from)).toBeLessThan(order.indexOf(to));
    expect(order.filter((node) => edges.every(([from]) => from !== node))).toEqual([sink]);
    expect(reaching(graph).size).toBe(nodes);
    if (way.edgesFrom === null) expect(edges).toHaveLength(nodes - 1);
    if (way.ends !== null) expect(way.ends).toContain(sink);
  }
});

test("by hand: the end has the smallest outdegree, and each node feeds the placed one with the largest weight", () => {
  const matrix = [
    [0, 0.1, 0.2],
    [0.9, 0, 0.5],
    [0.3, 0.4, 0],
  ];
  // Outdegrees .3, 1.4, .7: the end is 0; then 1, which feeds 0; then 2, which feeds 1 (.4 over .3).
  const argmax = { topP: 0, edgesFrom: null, ends: null };
  const draw = () => 0;
  expect(decode(matrix, draw, argmax)).toEqual({
    order: [2, 1, 0],
    edges: [
      [1, 0],
      [2, 1],
    ],
    sink: 0,
  });
  const more = decode(matrix, draw, { ...argmax, edgesFrom: 0.3 });
  expect(more.edges).toEqual([
    [1, 0],
    [2, 0],
    [2, 1],
  ]);
});

test("top-p draws from the fewest nodes that have that share of the softmax, and from no other", () => {
  // 1 / outdegree 10, 1 and 1: the first one has more than .8 of the softmax.
  const sure = [
    [0, 0.05, 0.05],
    [0.5, 0, 0.5],
    [0.5, 0.5, 0],
  ];
  const ends = (matrix: number[][], topP: number) =>
    new Set(
      Array.from({ length: 200 }, (_, seed) => {
        const way = { topP, edgesFrom: null, ends: null };
        return decode(matrix, drawsOf("end", seed), way).sink;
      }),
    );
  expect([...ends(sure, 0.8)]).toEqual([0]);
  // Softmax of 4/3, 1 and 1 is .41, .29, .29: two of them have .71, so that .7 leaves one out, and .8 none.
  const open = [
    [0, 0.5, 0.25],
    [0.5, 0, 0.5],
    [0.5, 0.5, 0],
  ];
  expect([...ends(open, 0.7)].sort()).toEqual([0, 1]);
  expect([...ends(open, 0.8)].sort()).toEqual([0, 1, 2]);
});
