import { expect, test } from "vitest";
import { PoolEntry } from "../../../agent/models/teams/team-settings.ts";
import { drawsOf } from "../../../agent/policies/random.ts";
import { optimizerOf } from "../../../agent/swarm/choose.ts";
import type { Graph } from "../../../agent/swarm/graph-file.ts";
import { assigned, nodesFor, partOf } from "../../../agent/swarm/propose.ts";
import { type Judge, searchGraphs } from "../../../agent/swarm/search.ts";

const entry = (id: string) => PoolEntry.parse({ model: `openai:${id}` });
const pool = Object.fromEntries(["a", "b", "c", "d"].map((id) => [id, entry(id)]));
const materials = {
  nodes: nodesFor(Object.keys(pool), 4, ["executor", "referee"]),
  pool,
  roles: null,
  topP: 0,
  edgesFrom: 0.6,
  seed: 1,
};

const worth = ({ edges }: Graph) => edges.filter(([, to]) => to === "c").length / 10;

function searching(
  judge: Judge,
  limits = { evaluations: 20, patience: null as number | null },
  optimizer: "es" | "pso" = "es",
) {
  const space = { dimensions: 30, population: 4, random: drawsOf("search") };
  const way = { name: optimizer, judge, between: async () => null };
  return searchGraphs(optimizerOf(optimizer, space), materials, way, limits);
}

test("no graph is judged twice, none above the limit, and the end is never below the beginning", async () => {
  const asked: Graph[] = [];
  const found = await searching(async (graphs) => {
    asked.push(...graphs);
    return graphs.map((graph) => ({ value: worth(graph) }));
  });
  expect(asked).toHaveLength(20);
  expect(found).toMatchObject({ evaluations: 20, ended: "all evaluations are spent" });
  const first = Math.max(...asked.slice(0, 4).map(worth));
  expect(found.best?.value).toBe(Math.max(...asked.map(worth)));
  expect(found.trace.at(-1)).toBeGreaterThanOrEqual(first);
  expect(found.trace).toEqual(found.trace.toSorted((x, y) => x - y));
  // A code node that is there has something to run, and none is the end.
  for (const { nodes, edges } of asked)
    for (const { id, kind } of nodes)
      if (kind !== "model") {
        expect(edges.some(([from, to]) => to === id && !from.startsWith("code-"))).toBe(true);
        expect(edges.some(([from]) => from === id)).toBe(true);
      }
});

test("a swarm never ends below the best graph that it began with", async () => {
  const values: number[] = [];
  const judge: Judge = async (graphs) => {
    values.push(...graphs.map(worth));
    return graphs.map((graph) => ({ value: worth(graph) }));
  };
  const found = await searching(judge, { evaluations: 20, patience: null }, "pso");
  expect(found.best?.value).toBeGreaterThanOrEqual(Math.max(...values.slice(0, 4)));
  // It collapses, as the specification has it, and then says so.
  expect(found.ended).toMatch(/^all evaluations are spent$|^only graphs that were judged before/u);
});

test("patience, a limit and graphs without a worth end a search with a reason", async () => {
  const flat: Judge = async (graphs) => graphs.map(() => ({ value: 0.5 }));
  const tired = await searching(flat, { evaluations: 1000, patience: 3 });
  expect(tired.ended).toBe("no better graph in 3 rounds");
  let calls = 0;
  const limited = await searching(async (graphs) =>
    graphs.map(() =>
      calls++ < 6 ? { value: 0.1 } : { limit: "the batch's limit of $5 is reached" },
    ),
  );
  expect(limited).toMatchObject({ evaluations: 6, ended: "the batch's limit of $5 is reached" });
  const none = await searching(async (graphs) => graphs.map(() => ({ refused: "not answered" })));
  expect(none.best).toBeNull();
});

test("models are put to other nodes, and a part without an end that can answer is none", () => {
  const model = (id: string) => ({ id, kind: "model" as const, member: id });
  const graph: Graph = {
    nodes: [model("a"), { id: "run", kind: "executor" }, model("b")],
    edges: [
      ["a", "run"],
      ["run", "b"],
    ],
    pool,
    roles: null,
  };
  expect(
    assigned(graph, ["d", "c"]).nodes.map((node) => ("member" in node ? node.member : node.kind)),
  ).toEqual(["d", "executor", "c"]);
  expect(partOf(graph, ["a"])?.nodes.map(({ id }) => id)).toEqual(["b"]);
  expect(partOf(graph, ["b"])).toBeNull();
  expect(partOf(graph, ["a", "b", "run"])).toBeNull();
});
