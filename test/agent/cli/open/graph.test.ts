import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readGraph, withGraph } from "../../../../agent/cli/open/graph.ts";
import { teamWords } from "../../../../agent/cli/open/teams.ts";
import { Config } from "../../../../agent/config.ts";
import { allRoles } from "../../../../agent/roles/all.ts";

const drawn = {
  schema: 1,
  nodes: [
    { id: "a", kind: "model", member: "small" },
    { id: "b", kind: "model", member: "big" },
  ],
  edges: [["a", "b"]],
  pool: { small: "openai:small", big: "openai:big" },
};

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-graph-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function played(settings: object, change: object = {}): Promise<Config> {
  const file = join(root, "graph.json");
  await writeFile(file, JSON.stringify({ ...drawn, ...change }));
  return withGraph(Config.parse(settings), "graph.json", await readGraph(file));
}

test("a graph is the team of every role but the agent and those with a model or tools of their own", async () => {
  const { models } = await played({
    roleModels: { planner: "playbook" },
    models: { coder: "playbook", pool: { small: "openai:small" } },
    roleTools: ["debugger"],
  });
  const left = ["agent", "planner", "coder", "debugger"];
  expect(Object.keys(models.roles)).toEqual(
    Object.keys(allRoles).filter((role) => !left.includes(role)),
  );
  expect(models.roles.merger).toMatchObject({
    policy: "graph",
    members: ["small", "big"],
    edges: [["a", "b"]],
  });
  expect(teamWords(models)).toEqual([
    `${Object.keys(models.roles).length} roles: graph of small, big`,
  ]);
  // As it is recorded with a run, and read again.
  const again = Config.parse({ models: JSON.parse(JSON.stringify(models)) });
  expect(again.models).toEqual(models);
});

test("a graph that names its roles plays those alone", async () => {
  const { models } = await played({}, { roles: ["planner", "refiner"] });
  expect(Object.keys(models.roles)).toEqual(["planner", "refiner"]);
});

test.each([
  [{}, { roles: ["planer"] }, /unknown role "planer"/u],
  [{}, { roles: ["agent"] }, /works with tools/u],
  [
    {},
    { pool: { small: "openai:small", big: "playbook" } },
    /node "b" \(playbook\) reads no prompt/u,
  ],
  [
    { models: { pool: { small: "openai:other" } } },
    {},
    /member "small" is another model in the setting models\.pool/u,
  ],
  [
    { models: { planner: "playbook" } },
    { roles: ["planner"] },
    /role "planner" has both a model and a team/u,
  ],
])("refused with one line: %j %j", async (settings, change, line) => {
  await expect(played(settings, change)).rejects.toThrow(line);
  await expect(played(settings, change)).rejects.toMatchObject({ name: "ConfigInvalid" });
});

test("a file that is not there is named", async () => {
  await expect(readGraph(join(root, "none.json"))).rejects.toThrow(
    /none\.json: there is no such file/u,
  );
});
