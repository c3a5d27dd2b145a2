import { drawsOf } from "../../../agent/policies/random.ts";
import { optimizerOf } from "../../../agent/swarm/choose.ts";
import { decode, toMatrix } from "../../../agent/swarm/decode.ts";
import type { OptimizerName } from "../../../agent/swarm/optimizer.ts";

/**
 * The test function of the specification: the mean, over the nodes, of the worth of each edge of the decoded tree
 * (squares of even draws), with the worth of the end node added.
 */
export function madeWorld(nodes: number, seed: number) {
  const draw = drawsOf("world", nodes, seed);
  const edges = Array.from({ length: nodes }, () =>
    Array.from({ length: nodes }, () => draw() ** 2),
  );
  const ends = Array.from({ length: nodes }, draw);
  return (vector: readonly number[]): number => {
    const graph = decode(toMatrix(vector, nodes), draw, { topP: 0, edgesFrom: null, ends: null });
    const worth = graph.edges.reduce((sum, [from, to]) => sum + (edges[from]?.[to] ?? 0), 0);
    return (worth + (ends[graph.sink] ?? 0)) / nodes;
  };
}

/** The best value of so many evaluations, and the first one. */
export function optimized(
  name: OptimizerName,
  { nodes, evaluations, seed }: { nodes: number; evaluations: number; seed: number },
  population = name === "pso" ? 10 : name === "cma-es" ? 12 : 1,
): { best: number; initial: number } {
  const world = madeWorld(nodes, seed);
  const random = drawsOf(name, nodes, seed);
  const dimensions = nodes * (nodes - 1);
  const optimizer = optimizerOf(name, { dimensions, population, random });
  const seen: number[] = [];
  while (seen.length < evaluations) {
    const values = optimizer.ask().map(world);
    optimizer.tell(values);
    seen.push(...values);
  }
  return {
    best: Math.max(...seen.slice(0, evaluations)),
    initial: Math.max(...seen.slice(0, population)),
  };
}
