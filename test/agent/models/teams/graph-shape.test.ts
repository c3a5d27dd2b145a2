import { expect, test } from "vitest";
import {
  type GraphShape,
  levelsOf,
  problemOfShape,
} from "../../../../agent/models/teams/graph-shape.ts";

const model = (id: string) => ({ id, kind: "model" as const, member: "m" });
const shape = (nodes: GraphShape["nodes"], edges: [string, string][]): GraphShape => ({
  nodes,
  edges,
});

test("nodes that do not wait for each other stand in one level, in the order of the file", () => {
  const graph = shape(["end", "b", "a"].map(model), [
    ["a", "end"],
    ["b", "end"],
  ]);
  expect(levelsOf(graph).map((level) => level.map(({ id }) => id))).toEqual([["b", "a"], ["end"]]);
  expect(problemOfShape(graph)).toBeNull();
});

const bad: [string, GraphShape, RegExp][] = [
  ["a name twice", shape([model("a"), model("a")], []), /two nodes are called "a"/u],
  ["an unknown node", shape([model("a")], [["a", "z"]]), /an edge names "z", which is no node/u],
  [
    "an edge twice",
    shape(
      [model("a"), model("b")],
      [
        ["a", "b"],
        ["a", "b"],
      ],
    ),
    /the edge a -> b is there twice/u,
  ],
  [
    "a circle",
    shape(
      [model("a"), model("b")],
      [
        ["a", "b"],
        ["b", "a"],
      ],
    ),
    /go in a circle/u,
  ],
  ["a node that sees itself", shape([model("a")], [["a", "a"]]), /go in a circle/u],
  ["two ends", shape([model("a"), model("b")], []), /"a" and "b" feed no other/u],
  [
    "a code node at the end",
    shape([model("a"), { id: "run", kind: "executor" }], [["a", "run"]]),
    /"run" gives the answer, but is no model/u,
  ],
  [
    "a code node without an answer to run",
    shape([{ id: "run", kind: "referee" }, model("a")], [["run", "a"]]),
    /no model feeds "run"/u,
  ],
];

test.each(bad)("refused: %s", (_, graph, why) => {
  expect(problemOfShape(graph)).toMatch(why);
});
