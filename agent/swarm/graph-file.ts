import * as z from "zod";
import { sha256 } from "../../runs/sha256.ts";
import { type GraphShape, graphShape, problemOfShape } from "../models/teams/graph-shape.ts";
import { PoolEntry } from "../models/teams/team-settings.ts";

const VERSION = 1;

/** How a graph was found: kept for people, plays no part in what it is. */
const Found = z.record(z.string(), z.unknown());

/** A frozen graph of models. One that was drawn by hand has no hash, and nothing that it was found by. */
const GraphFile = z.strictObject({
  schema: z.literal(VERSION),
  ...graphShape,
  /** The models that nodes name, as in the setting `models.pool`; a text alone is the model. */
  pool: z.record(
    z.string(),
    z.preprocess((given) => (typeof given === "string" ? { model: given } : given), PoolEntry),
  ),
  /** Roles that it plays; null: all that have no model of their own. */
  roles: z.array(z.string()).min(1).nullable().default(null),
  hash: z.string().nullable().default(null),
  found: Found.nullable().default(null),
});
type GraphFile = z.infer<typeof GraphFile>;

/** What is played: two files with the same graph are the same. */
export type Graph = Pick<GraphFile, "nodes" | "edges" | "pool" | "roles">;

/** A graph file that cannot be used, and why. */
export class GraphRefused {
  readonly why: string;
  constructor(why: string) {
    this.why = why;
  }
}

/** Reads the text of a graph file. */
export function readGraphFile(text: string): Graph | GraphRefused {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return new GraphRefused("is no JSON");
  }
  const version = z.object({ schema: z.number() }).safeParse(content);
  if (version.success && version.data.schema > VERSION)
    return new GraphRefused(
      `is of schema ${version.data.schema}, and this program reads ${VERSION}: update mle-star`,
    );
  const read = GraphFile.safeParse(content);
  if (!read.success) {
    const [issue] = read.error.issues;
    const at = issue?.path.join(".") ?? "";
    return new GraphRefused(`${at === "" ? "" : `${at}: `}${issue?.message ?? "invalid"}`);
  }
  const { nodes, edges, pool, roles, hash } = read.data;
  const graph = { nodes, edges, pool, roles };
  const problem = problemOfShape(graph) ?? problemOfPool(graph);
  if (problem !== null) return new GraphRefused(problem);
  if (hash !== null && hash !== hashOfGraph(graph))
    return new GraphRefused(
      "has changed since it was written (its hash is another): take the hash out if you meant to change it",
    );
  return graph;
}

function problemOfPool({ nodes, pool }: Graph): string | null {
  for (const node of nodes)
    if (node.kind === "model" && !Object.hasOwn(pool, node.member))
      return `node "${node.id}" names "${node.member}", which is not in its pool`;
  return null;
}

/** The text of a graph file. */
export function graphFileText(graph: Graph, found: z.infer<typeof Found>): string {
  const file: GraphFile = { schema: VERSION, ...graph, hash: hashOfGraph(graph), found };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** What a graph is: nodes, edges, models and roles, in whatever order they were written. */
export function hashOfGraph({ nodes, edges, pool, roles }: Graph): string {
  const used = Object.entries(pool).filter(([id]) =>
    nodes.some((node) => node.kind === "model" && node.member === id),
  );
  const sorted = {
    nodes: nodes.toSorted((a, b) => order(a.id, b.id)),
    edges: edges.map((edge) => edge.join(" ")).toSorted(order),
    pool: used.toSorted(([a], [b]) => order(a, b)),
    roles: roles?.toSorted(order) ?? null,
  };
  return sha256(JSON.stringify(sorted));
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A graph without some of its nodes: who saw them sees what they saw. */
export function without<S extends GraphShape>(shape: S, left: ReadonlySet<string>): S {
  let edges = shape.edges;
  for (const id of left) {
    const sources = edges.flatMap(([from, to]) => (to === id ? [from] : []));
    const targets = edges.flatMap(([from, to]) => (from === id ? [to] : []));
    const kept = edges.filter((edge) => !edge.includes(id));
    const bridges = sources.flatMap((from) => targets.map((to): [string, string] => [from, to]));
    edges = [...kept, ...bridges].filter(
      ([from, to], index, all) =>
        all.findIndex((each) => each[0] === from && each[1] === to) === index,
    );
  }
  return { ...shape, nodes: shape.nodes.filter(({ id }) => !left.has(id)), edges };
}
