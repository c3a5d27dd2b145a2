import { expect, test } from "vitest";
import { registryGraph } from "../../../../agent/cli/distill/tools/registry-graph.ts";
import {
  drawPaths,
  insert,
  isMergeable,
  merge,
  PATH_DEFAULTS,
  type Path,
  type PlannedCall,
  split,
  walkFrom,
} from "../../../../agent/distill/tools/paths.ts";
import { drawsOf } from "../../../../agent/policies/random.ts";

const graph = registryGraph({ hasWeb: true });
const names = graph.tools.map(({ name }) => name);
const none = new Map<string, number>();
const callsOf = ({ turns }: Path): PlannedCall[] => turns.flatMap(({ calls }) => calls);
const isEdge = (from: string, to: string, label?: string) =>
  graph.edges.some(
    (edge) => edge.from === from && edge.to === to && (label === undefined || edge.label === label),
  );

/** 5,000 walks, each from one of the tools in turn. */
const walks = Array.from({ length: 5000 }, (_, index) =>
  walkFrom(
    graph,
    names[index % names.length] ?? "",
    { walk: 7, failures: none },
    drawsOf("walk", index),
  ),
);

test("every step of 5,000 walks follows an edge; they begin at every tool and have seven calls at most", () => {
  for (const walk of walks) {
    const tools = callsOf(walk).map(({ tool }) => tool);
    expect(tools.length).toBeLessThanOrEqual(7);
    for (const [index, tool] of tools.slice(1).entries())
      expect(isEdge(tools[index] ?? "", tool), `${tools[index]} > ${tool}`).toBe(true);
  }
  expect(new Set(walks.map((walk) => callsOf(walk)[0]?.tool))).toEqual(new Set(names));
  expect(walks.some((walk) => callsOf(walk).length === 7)).toBe(true);
});

test("three in ten of the turns that may be joined are, and nothing is lost or put elsewhere", () => {
  let [eligible, joined] = [0, 0];
  for (const [index, walk] of walks.entries()) {
    const merged = merge(walk, 0.3, drawsOf("merge", index));
    expect(callsOf(merged)).toEqual(callsOf(walk));
    for (const [place, turn] of merged.turns.entries()) {
      const within = turn.calls.length - 1;
      joined += within;
      eligible += within;
      // The turn behind it was not joined, though it might have been.
      if (place < merged.turns.length - 1 && isMergeable(turn)) eligible += 1;
    }
  }
  expect(joined / eligible).toBeGreaterThan(0.28);
  expect(joined / eligible).toBeLessThan(0.32);
});

test("only calls that need nothing but one answer are inserted, in the same turn and in later ones", () => {
  const places = { short: 0, long: 0 };
  for (const [index, walk] of walks.entries()) {
    const merged = merge(walk, 0.3, drawsOf("merge", index));
    const inserted = insert(merged, graph, 0.5, drawsOf("insert", index));
    const all = callsOf(inserted);
    expect(all.filter(({ nestedIn }) => nestedIn === null)).toEqual(callsOf(merged));
    for (const call of all.filter(({ nestedIn }) => nestedIn !== null)) {
      const source = all.findIndex(({ id }) => id === call.nestedIn);
      expect(isEdge(all[source]?.tool ?? "", call.tool, "full")).toBe(true);
      expect(source).toBeLessThan(all.indexOf(call));
      const turnOf = (id: number | null) =>
        inserted.turns.findIndex(({ calls }) => calls.some((each) => each.id === id));
      places[turnOf(call.id) === turnOf(call.nestedIn) ? "short" : "long"] += 1;
    }
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  }
  expect(Math.min(places.short, places.long)).toBeGreaterThan(100);
});

test("a split adds exactly one empty turn that says what is missing, to a copy", () => {
  const kinds = new Set<string>();
  for (const [index, walk] of walks.slice(0, 300).entries()) {
    const path = insert(merge(walk, 0.3, drawsOf("m", index)), graph, 0.3, drawsOf("i", index));
    const before = structuredClone(path);
    const made = split(path, graph, drawsOf("split", index));
    expect(path).toEqual(before);
    const empty = made.turns.filter(({ calls }) => calls.length === 0);
    expect(empty).toHaveLength(1);
    expect(made.turns[0]?.calls.length).toBeGreaterThan(0);
    expect(made.turns.filter((turn) => turn !== empty[0])).toEqual(before.turns);
    const { kind = "", tool = "" } = empty[0]?.missing ?? {};
    kinds.add(kind);
    if (kind === "function") expect(callsOf(path).map((call) => call.tool)).not.toContain(tool);
  }
  expect(kinds).toEqual(new Set(["function", "parameters"]));
});

test("the operations have one order", () => {
  const random = drawsOf("order");
  const walked = walkFrom(graph, "write_script", { walk: 7, failures: none }, random);
  const merged = merge(walked, 0.3, random);
  const inserted = insert(merged, graph, 0.3, random);
  const wrongly = (path: Path) => path as Path<never>;
  expect(() => merge(wrongly(merged), 0.3, random)).toThrow(/merged where one must be walked/u);
  expect(() => insert(wrongly(walked), graph, 0.3, random)).toThrow(/must be merged/u);
  expect(() => split(wrongly(merged), graph, random)).toThrow(/must be inserted/u);
  expect(() => insert(wrongly(split(inserted, graph, random)), graph, 0.3, random)).toThrow(
    /split where one must be merged/u,
  );
});

test("the same seed draws the same paths; tools at which a model failed are drawn more often", () => {
  const options = { ...PATH_DEFAULTS, paths: 400, seed: 3, failures: none };
  const drawn = drawPaths(graph, options);
  expect(drawn).toHaveLength(400);
  expect(drawPaths(graph, options)).toEqual(drawn);
  expect(drawPaths(graph, { ...options, seed: 4 })).not.toEqual(drawn);
  const share = (failures: ReadonlyMap<string, number>) => {
    const all = drawPaths(graph, { ...options, failures }).flatMap(({ path }) => callsOf(path));
    return all.filter(({ tool }) => tool === "ablate").length / all.length;
  };
  expect(share(new Map([["ablate", 1]]))).toBeGreaterThan(1.5 * share(none));
});
