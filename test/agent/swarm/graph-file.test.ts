import { expect, test } from "vitest";
import { problemOfShape } from "../../../agent/models/teams/graph-shape.ts";
import {
  type Graph,
  GraphRefused,
  graphFileText,
  hashOfGraph,
  readGraphFile,
  without,
} from "../../../agent/swarm/graph-file.ts";

const drawn = {
  schema: 1,
  nodes: [
    { id: "a", kind: "model", member: "small" },
    { id: "run", kind: "executor" },
    { id: "b", kind: "model", member: "big" },
  ],
  edges: [
    ["a", "run"],
    ["run", "b"],
    ["a", "b"],
  ],
  pool: { small: "openai:small", big: { model: "openai:big", effort: "high" } },
};

function read(content: unknown): Graph {
  const graph = readGraphFile(JSON.stringify(content));
  if (graph instanceof GraphRefused) throw new Error(graph.why);
  return graph;
}

const why = (text: string): string => {
  const graph = readGraphFile(text);
  return graph instanceof GraphRefused ? graph.why : "";
};

test("a graph drawn by hand needs no hash; written, it is frozen and reads as the same graph", () => {
  const graph = read(drawn);
  const text = graphFileText(graph, { optimizer: "es", utility: 0.4 });
  expect(readGraphFile(text)).toEqual(graph);
  expect(JSON.parse(text)).toMatchObject({ schema: 1, found: { optimizer: "es" } });
  expect(why(text.replace("openai:small", "openai:other"))).toMatch(/^has changed since/u);
  // How it was found is no part of what it is.
  expect(readGraphFile(text.replace('"utility": 0.4', '"utility": 0.5'))).toEqual(graph);
});

test("the order of a file, and models that no node names, say nothing of a graph", () => {
  const other = {
    ...drawn,
    nodes: drawn.nodes.toReversed(),
    edges: drawn.edges.toReversed(),
    pool: { ...drawn.pool, unused: "openai:unused" },
  };
  expect(hashOfGraph(read(other))).toBe(hashOfGraph(read(drawn)));
  expect(hashOfGraph(read({ ...drawn, edges: drawn.edges.slice(0, 2) }))).not.toBe(
    hashOfGraph(read(drawn)),
  );
});

test.each([
  ["no JSON", "{", /^is no JSON$/u],
  ["a newer form", JSON.stringify({ ...drawn, schema: 2 }), /^is of schema 2, .*update mle-star$/u],
  ["an unknown key", JSON.stringify({ ...drawn, knots: [] }), /knots/u],
  ["no nodes", JSON.stringify({ ...drawn, nodes: [] }), /^nodes: /u],
  [
    "a circle",
    JSON.stringify({
      ...drawn,
      edges: [
        ["a", "b"],
        ["b", "a"],
      ],
    }),
    /circle/u,
  ],
  [
    "a member that is not there",
    JSON.stringify({ ...drawn, pool: { small: "openai:small" } }),
    /^node "b" names "big", which is not in its pool$/u,
  ],
])("refused with one line: %s", (_, text, line) => {
  expect(why(text)).toMatch(line);
  expect(why(text)).not.toContain("\n");
});

test("without a node, who saw it sees what it saw, and one end is left", () => {
  const graph = read({
    ...drawn,
    nodes: ["a", "b", "c", "d"].map((id) => ({ id, kind: "model", member: "small" })),
    edges: [
      ["a", "c"],
      ["b", "c"],
      ["c", "d"],
      ["a", "d"],
    ],
  });
  const less = without(graph, new Set(["c"]));
  expect(less.edges.toSorted()).toEqual([
    ["a", "d"],
    ["b", "d"],
  ]);
  expect(problemOfShape(less)).toBeNull();
});
