import { expect, test } from "vitest";
import { PoolEntry } from "../../../agent/models/teams/team-settings.ts";
import type { Graph } from "../../../agent/swarm/graph-file.ts";
import {
  firstWeights,
  nextMoves,
  type WeightState,
  weightStep,
} from "../../../agent/swarm/weights.ts";

const members = ["a", "b"];
const graph: Graph = {
  nodes: [
    { id: "n1", kind: "model", member: "a" },
    { id: "n2", kind: "model", member: "b" },
  ],
  edges: [["n1", "n2"]],
  pool: Object.fromEntries(members.map((id) => [id, PoolEntry.parse({ model: `local:${id}` })])),
  roles: null,
};
const adapters = members.map((id) => ({ id, folder: `/${id}` }));
const placeOf = (id: string) => `/moved/${id}`;

/** Each node that has the model a is worth one half. */
const judge = async (graphs: readonly Graph[]) =>
  graphs.map(
    ({ nodes }) => nodes.filter((node) => "member" in node && node.member === "a").length / 2,
  );

test("random assignments score the models, and the better one pulls", async () => {
  const asked = { graph, members, assignments: 30, judge, round: 1, seed: 1 };
  const { scores, judged } = await weightStep(firstWeights(adapters), asked);
  expect(scores[0]).toBeGreaterThan(scores[1] ?? 1);
  expect(judged.global?.folder).toBe("/a");
  expect(judged.worst?.folder).toBe("/b");
  const { moves, state } = nextMoves(judged, { seed: 1, round: 1, placeOf });
  expect(
    moves.map(({ x, towards, global, worst, step, out }) => [x, towards, global, worst, step, out]),
  ).toEqual([
    ["/a", "/b", "/a", "/b", 0.8, "/moved/a"],
    ["/b", "/a", "/a", "/b", 0.8, "/moved/b"],
  ]);
  const [first] = moves;
  const { own = 0, personal = 0, global = 0, worst = 0 } = first?.shares ?? {};
  expect(own + personal + global + worst).toBeCloseTo(1, 12);
  expect(state.step).toBeCloseTo(0.76, 12);
  expect(state.adapters.map(({ folder, velocity }) => [folder, velocity])).toEqual([
    ["/moved/a", "/moved/a"],
    ["/moved/b", "/moved/b"],
  ]);
  // The next velocity is its own, and goes to no other adapter.
  const later = nextMoves(state, { seed: 1, round: 2, placeOf: (id) => `/later/${id}` });
  expect(later.moves.map(({ velocity, towards }) => [velocity, towards])).toEqual([
    ["/moved/a", null],
    ["/moved/b", null],
  ]);
});

test("an adapter that found nothing better for long goes back to its best and stands still", () => {
  const best = { folder: "/best", score: 0.9 };
  const state: WeightState = {
    adapters: [
      { id: "a", folder: "/now", velocity: "/now", hasMoved: true, best, idle: 4 },
      {
        id: "b",
        folder: "/b",
        velocity: "/b",
        hasMoved: true,
        best: { folder: "/b", score: 0.5 },
        idle: 0,
      },
    ],
    global: best,
    worst: { folder: "/b", score: 0.5 },
    step: 0.1,
  };
  const next = nextMoves(state, { seed: 1, round: 9, placeOf });
  expect(next.state.adapters[0]).toMatchObject({ folder: "/best", velocity: null, idle: 0 });
  expect(next.moves.map(({ x }) => x)).toEqual(["/b"]);
  expect(next.state.step).toBe(0.1);
  // From there it moves by what pulls it, without a velocity of its own.
  const after = nextMoves(next.state, { seed: 1, round: 10, placeOf });
  expect(after.moves[0]).toMatchObject({ x: "/best", velocity: null, towards: null });
});
