import { expect, test } from "vitest";
import { storedIn } from "../../../agent/cli/swarm/stored-calls.ts";
import { addedTo } from "../../../agent/models/teams/graph.ts";
import type { GraphShape } from "../../../agent/models/teams/graph-shape.ts";
import { PoolEntry } from "../../../agent/models/teams/team-settings.ts";
import type { Graph } from "../../../agent/swarm/graph-file.ts";
import { indexed, replayGraph } from "../../../agent/swarm/surrogate.ts";
import { memberWho, putTo, question, teamOf } from "../../fakes/team-run.ts";

const node = (id: string, member: string) => ({ id, kind: "model" as const, member });
const pool = Object.fromEntries(
  ["a", "b"].map((id) => [id, PoolEntry.parse({ model: `openai:${id}` })]),
);
const chain: Graph = {
  nodes: [node("n1", "a"), node("n2", "b")],
  edges: [["n1", "n2"]],
  pool,
  roles: null,
};
const questions = [{ competition: "wages", role: "planner", prompt: "Plan." }];
const plan = "Use the logarithm of the pay.";
const calls = [
  { model: "openai:a", prompt: "Plan.", text: plan, outcome: 0.5 },
  { model: "b", prompt: `Plan.${addedTo([plan], [])}`, text: "Better.", outcome: 1 },
];

test("a graph is worth what the stored answer at its end was worth, where every prompt was asked before", () => {
  const find = indexed(calls);
  expect(replayGraph(chain, questions, find)).toEqual({
    value: 1,
    prompts: 2,
    answered: 2,
    known: 1,
  });
  const alone = { ...chain, nodes: [node("n1", "a")], edges: [] };
  expect(replayGraph(alone, questions, find)).toMatchObject({ value: 0.5, answered: 1 });
});

test("a prompt that nobody was asked is not answered, and nothing after it is known", () => {
  const turned: Graph = { ...chain, edges: [["n2", "n1"]] };
  expect(replayGraph(turned, questions, indexed(calls))).toEqual({
    value: null,
    prompts: 2,
    answered: 0,
    known: 0,
  });
  const half = replayGraph(chain, questions, indexed(calls.slice(0, 1)));
  expect(half).toEqual({ value: null, prompts: 2, answered: 1, known: 0 });
});

test("what a run with a graph stored answers the very graph that it was played by", async () => {
  const graph: GraphShape = { nodes: chain.nodes, edges: chain.edges };
  const members = ["a", "b"].map((id) => memberWho(id, (prompt) => `${id} plans ${prompt.length}`));
  const { events } = await putTo(teamOf("graph", members, { graph }), question("planner", "Plan."));
  const store = storedIn(events);
  expect(store.questions).toEqual([{ competition: "unknown", role: "planner", prompt: "Plan." }]);
  const own: Graph = {
    ...chain,
    pool: Object.fromEntries(
      ["a", "b"].map((id) => [id, PoolEntry.parse({ model: `model-${id}` })]),
    ),
  };
  expect(replayGraph(own, store.questions, indexed(store.calls))).toMatchObject({
    prompts: 2,
    answered: 2,
  });
});
