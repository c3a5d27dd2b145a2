import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mleStar, runCommand } from "../program.ts";
import { outcomeOf } from "../run-outcome.ts";
import { COMPETITION, certified, solve } from "./solve.ts";

const settings = [
  "tracks=1",
  "candidates=1",
  "attempts=1",
  "ablationVariants=1",
  "outerSteps=1",
].concat(["debugRounds=1", "blends=false", "canary=off", "planVerify=off", "dataUsage=off"]);
const graph = {
  schema: 1,
  nodes: [
    { id: "writer", kind: "model", member: "bold" },
    { id: "run", kind: "executor" },
    { id: "judge", kind: "referee" },
    { id: "end", kind: "model", member: "wise" },
  ],
  edges: [
    ["writer", "run"],
    ["writer", "judge"],
    ["writer", "end"],
    ["run", "end"],
    ["judge", "end"],
  ],
  pool: { bold: "openai:bold", wise: "openai:wise" },
};

let root: string;
let file: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-graph-"));
  file = join(root, "best.json");
  await writeFile(file, JSON.stringify(graph));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const victim = (name: string) => ({
  root,
  name,
  settings,
  flags: ["--graph", file, "--seed", "3"],
});

test("a graph plays the roles on a shipped competition; killed and resumed it ends in the same certificate", async () => {
  const whole = await solve(victim("whole"), []);
  expect(whole.sessions.at(-1), whole.sessions.at(-1)?.stderr).toMatchObject({ code: 0 });
  const answered = whole.events.flatMap((event) =>
    event.type === "team-answered" ? [{ at: event.key, ...event.value }] : [],
  );
  expect(new Set(answered.map(({ policy }) => policy))).toEqual(new Set(["graph"]));
  expect(answered.every(({ why }) => why.startsWith("end answered at the end of 2 nodes"))).toBe(
    true,
  );
  // Every call is one of a node, and both code nodes of a script share one execution.
  const calls = whole.events.filter(({ type }) => type === "answered");
  expect(calls).toHaveLength(2 * answered.length);
  const tried = whole.events.flatMap((event) =>
    event.type === "executed" && event.key.includes("/tried/") ? [event.key] : [],
  );
  expect(tried.length).toBeGreaterThan(0);
  const role = (name: string) => answered.find((each) => each.role === name)?.turns ?? [];

  const places = [`answered ${role("initializer")[0]?.at}`, `executed ${tried.at(-1)}`];
  const killed = await solve(victim("killed"), places);
  expect(killed.sessions).toHaveLength(3);
  expect(await certified(killed.folder)).toEqual(await certified(whole.folder));
  expect(await outcomeOf(killed.folder)).toEqual(await outcomeOf(whole.folder));
  expect(killed.asked.length - whole.asked.length).toBeLessThanOrEqual(2);

  const verified = await mleStar(["verify", "one", "--runs-dir", join(root, "whole")]);
  expect(verified, verified.stdout + verified.stderr).toMatchObject({ code: 0 });
  const replay = ["--graph", file, "--seed", "3", "--model", "replay:one"];
  const again = await mleStar(
    runCommand(COMPETITION, { runs: join(root, "whole"), id: "two", settings, flags: replay }),
  );
  expect(again, again.stderr).toMatchObject({ code: 0 });
  const replayed = await outcomeOf(join(root, "whole", COMPETITION, "two"));
  expect(replayed.submission).toBe((await outcomeOf(whole.folder)).submission);
});

test("a graph file that cannot be played is refused with one line, and another graph is no resumption", async () => {
  const bad = join(root, "bad.json");
  await writeFile(
    bad,
    JSON.stringify({
      ...graph,
      edges: [
        ["writer", "end"],
        ["end", "writer"],
      ],
    }),
  );
  const run = (path: string, name: string) =>
    mleStar(
      runCommand(COMPETITION, {
        runs: join(root, name),
        id: "one",
        settings,
        flags: ["--graph", path, "--seed", "3"],
      }),
    );
  const circle = await run(bad, "bad");
  expect(circle).toMatchObject({ code: 2 });
  expect(circle.stderr).toMatch(/^error: graph \S+bad\.json its edges go in a circle: [^\n]*\n$/u);
  expect(await run(join(root, "none.json"), "bad")).toMatchObject({ code: 2 });
  await writeFile(bad, JSON.stringify({ ...graph, pool: { ...graph.pool, wise: "openai:other" } }));
  const other = await run(bad, "whole");
  expect(other.code).toBe(2);
  expect(other.stderr).toMatch(/was made with other settings|models/u);
});
