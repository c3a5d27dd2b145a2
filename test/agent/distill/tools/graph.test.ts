import { expect, test } from "vitest";
import { registryGraph } from "../../../../agent/cli/distill/tools/registry-graph.ts";
import { buildGraph, graphText, signatureOf } from "../../../../agent/distill/tools/graph.ts";

test("the graph of the twelve tools is the one written by hand, and the same bytes every time", () => {
  const graph = registryGraph({ hasWeb: true });
  expect(graph.tools).toHaveLength(12);
  const edges = graph.edges.map(({ from, to, label }) => `${from} > ${to}: ${label}`);
  expect(edges.sort()).toEqual(
    [
      "list_files > preview: full",
      "list_files > profile: partial",
      "preview > profile: partial",
      "profile > preview: full",
      "write_script > edit_block: partial",
      "write_script > score: full",
      "edit_block > score: full",
      "score > read_log: full",
      "score > ablate: partial",
      "score > write_script: partial",
      "read_log > ablate: partial",
      "read_log > write_script: partial",
      "ablate > read_log: full",
      "ablate > write_script: partial",
      "write_script > read_log: prerequisite",
      "write_script > ablate: prerequisite",
      "write_script > submit: prerequisite",
      "score > submit: prerequisite",
    ].sort(),
  );
  expect(graphText(registryGraph({ hasWeb: true }))).toBe(graphText(graph));
});

test("what may be null or absent in an output is not surely given", () => {
  const value = { type: "string", title: "key" };
  const made = (output: Record<string, unknown>) =>
    signatureOf({ name: "one", input: {}, output, after: null }).gives;
  const within = (property: object, required: string[]) => ({
    type: "object",
    properties: { key: property },
    required,
  });
  expect(made(within(value, ["key"]))).toEqual(["key"]);
  expect(made(within({ type: "array", items: value }, ["key"]))).toEqual(["key"]);
  expect(made(within(value, []))).toEqual([]);
  expect(made(within({ anyOf: [value, { type: "null" }] }, ["key"]))).toEqual([]);
});

test("a tool comes before another over several others, unless there is a way around it", () => {
  const tool = (name: string, takes: string[], gives: string[]) => ({
    ...{ name, gives, after: null },
    takes: takes.map((title) => ({ name: title, title, isRequired: true })),
  });
  const chain = [tool("a", [], ["x"]), tool("b", ["x"], ["y"]), tool("c", ["y"], [])];
  const labels = (tools: typeof chain) =>
    buildGraph(tools).edges.map(({ from, to, label }) => `${from}${to} ${label}`);
  expect(labels(chain)).toEqual(["ab full", "ac prerequisite", "bc full"]);
  expect(labels([...chain, tool("d", [], ["y"])])).toEqual(["ab full", "bc full", "dc full"]);
});
