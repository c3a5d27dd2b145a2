import { type GraphNode, problemOfShape } from "../models/teams/graph-shape.ts";
import { drawsOf } from "../policies/random.ts";
import { decode, toMatrix } from "./decode.ts";
import { type Graph, without } from "./graph-file.ts";
import type { Vector } from "./optimizer.ts";

/** What graphs are made of. */
export type Materials = {
  /** In this order rows and columns of a matrix are theirs. */
  nodes: readonly GraphNode[];
  pool: Graph["pool"];
  roles: Graph["roles"];
  topP: number;
  edgesFrom: number | null;
  /** Draws of a decoding: the same for every matrix, so that two are told apart by nothing else. */
  seed: number;
};

/** Nodes for a pool: its models in turn, then one of each kind of code node. */
export function nodesFor(
  members: readonly string[],
  count: number,
  code: readonly ("executor" | "referee")[],
): GraphNode[] {
  const models = Array.from({ length: count }, (_, index): GraphNode => {
    const member = members[index % members.length] ?? "";
    const turn = Math.floor(index / members.length);
    return { id: `${member}${turn === 0 ? "" : `-${turn + 1}`}`, kind: "model", member };
  });
  return [...models, ...code.map((kind): GraphNode => ({ id: `code-${kind}`, kind }))];
}

/** The graph that a vector of weights stands for; code nodes that no model feeds are left out. */
export function graphOf(vector: Vector, materials: Materials): Graph {
  const { nodes, pool, roles, topP, edgesFrom, seed } = materials;
  const ends = nodes.flatMap(({ kind }, index) => (kind === "model" ? [index] : []));
  const matrix = toMatrix(vector, nodes.length);
  const decoded = decode(matrix, drawsOf("decode", seed), { topP, edgesFrom, ends });
  const id = (node: number) => nodes[node]?.id ?? "";
  const edges = decoded.edges.map(([from, to]): [string, string] => [id(from), id(to)]);
  return withoutIdle({ nodes: [...nodes], edges, pool, roles });
}

/** A single model that answers alone. */
export function single(node: GraphNode, { pool, roles }: Materials): Graph {
  return { nodes: [node], edges: [], pool, roles };
}

/** The graph with other models at its nodes, by number of the model node. */
export function assigned(graph: Graph, members: readonly string[]): Graph {
  let next = 0;
  const nodes = graph.nodes.map((node) => {
    if (node.kind !== "model") return node;
    const member = members[next++] ?? node.member;
    return { ...node, member };
  });
  return { ...graph, nodes };
}

/** A graph without code nodes that have nothing to run. */
export function withoutIdle(graph: Graph): Graph {
  const isModel = new Set(graph.nodes.flatMap(({ id, kind }) => (kind === "model" ? [id] : [])));
  const idle = graph.nodes.find(
    ({ id, kind }) =>
      kind !== "model" && !graph.edges.some(([from, to]) => to === id && isModel.has(from)),
  );
  return idle === undefined ? graph : withoutIdle(without(graph, new Set([idle.id])));
}

/** The graph without these nodes, where one that can answer is left; else null. */
export function partOf(graph: Graph, left: readonly string[]): Graph | null {
  const part = withoutIdle(without(graph, new Set(left)));
  return part.nodes.length > 0 && problemOfShape(part) === null ? part : null;
}
