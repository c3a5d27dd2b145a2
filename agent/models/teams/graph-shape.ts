import * as z from "zod";

/** A name that is part of places in the journal. */
const NodeId = z
  .string()
  .regex(
    /^[A-Za-z][A-Za-z0-9._-]{0,39}$/u,
    'a node\'s name begins with a letter; letters, digits, ".", "_" and "-" follow',
  );

/**
 * A node of a graph that answers a question. `model`: a member is asked, and sees the answers of the nodes before it.
 * Code nodes ask nobody: an `executor` runs the scripts of the nodes before it and tells what they printed, a `referee`
 * tells what they score.
 */
const GraphNode = z.discriminatedUnion("kind", [
  z.strictObject({ id: NodeId, kind: z.literal("model"), member: z.string() }),
  z.strictObject({ id: NodeId, kind: z.literal("executor") }),
  z.strictObject({ id: NodeId, kind: z.literal("referee") }),
]);
export type GraphNode = z.infer<typeof GraphNode>;

/** More nodes than that are a mistake: each is a call for every question. */
const MAX_NODES = 50;

/** Who is asked, and who sees whose answer; the one node that feeds no other gives the answer. */
export const graphShape = {
  nodes: z.array(GraphNode).min(1).max(MAX_NODES),
  /** [from, to]: `to` sees the answer of `from`. */
  edges: z.array(z.tuple([z.string(), z.string()])),
};
const GraphShape = z.strictObject(graphShape);
export type GraphShape = z.infer<typeof GraphShape>;

/** What keeps a shape from being one that can answer; null: nothing. */
export function problemOfShape({ nodes, edges }: GraphShape): string | null {
  const ids = nodes.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) < index);
  if (twice !== undefined) return `two nodes are called "${twice}"`;
  const strange = edges.flat().find((id) => !ids.includes(id));
  if (strange !== undefined) return `an edge names "${strange}", which is no node`;
  const double = edges.findIndex(
    ([from, to], index) => edges.findIndex((each) => each[0] === from && each[1] === to) < index,
  );
  if (double !== -1) return `the edge ${edges[double]?.join(" -> ")} is there twice`;
  if (levelsOf({ nodes, edges }).flat().length < nodes.length)
    return "its edges go in a circle: no node may see what comes of its own answer";
  const ends = nodes.filter(({ id }) => edges.every(([from]) => from !== id));
  if (ends.length !== 1)
    return `one node gives the answer, and ${ends.map(({ id }) => `"${id}"`).join(" and ")} feed no other`;
  if (ends[0]?.kind !== "model") return `"${ends[0]?.id}" gives the answer, but is no model`;
  const empty = nodes.find(
    (node) => node.kind !== "model" && modelsBefore({ nodes, edges }, node.id).length === 0,
  );
  return empty === undefined ? null : `no model feeds "${empty.id}", which runs what models answer`;
}

/** Ids of the nodes that a node sees. */
export function before({ edges }: GraphShape, id: string): string[] {
  return edges.flatMap(([from, to]) => (to === id ? [from] : []));
}

function modelsBefore(shape: GraphShape, id: string): GraphNode[] {
  const fed = before(shape, id);
  return shape.nodes.filter((node) => node.kind === "model" && fed.includes(node.id));
}

/** Nodes in topological order, those that can work side by side together; what is in a circle is left out. */
export function levelsOf(shape: GraphShape): GraphNode[][] {
  const levels: GraphNode[][] = [];
  const done = new Set<string>();
  for (;;) {
    const level = shape.nodes.filter(
      ({ id }) => !done.has(id) && before(shape, id).every((each) => done.has(each)),
    );
    if (level.length === 0) return levels;
    levels.push(level);
    for (const { id } of level) done.add(id);
  }
}
