import { appendFile, mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { estimate } from "../../../agent/distill/intervals.ts";
import { PoolEntry } from "../../../agent/models/teams/team-settings.ts";
import { drawsOf } from "../../../agent/policies/random.ts";
import { optimizerOf } from "../../../agent/swarm/choose.ts";
import type { Graph } from "../../../agent/swarm/graph-file.ts";
import type { OptimizerName } from "../../../agent/swarm/optimizer.ts";
import { nodesFor } from "../../../agent/swarm/propose.ts";
import { type Judge, searchGraphs } from "../../../agent/swarm/search.ts";
import { mean } from "../../../agent/swarm/utility.ts";
import { draw } from "../../agent/models/teams/simulated-members.ts";
import { memberWho, putTo, question, teamOf } from "../../fakes/team-run.ts";
import type { Report } from "../timing.ts";

/** Members of the pool: how often each is right alone, and how often it takes over a right answer that it is shown. */
const MEMBERS = Array.from({ length: 8 }, (_, index) => ({
  id: `m${index}`,
  skill: 0.25 + 0.05 * index,
  listens: ((index * 5) % 8) / 8,
}));
const FRESH = 1000;

type Result = { name: string; seed: number; items: number; evaluations: number; right: number[] };

/**
 * Optimizers against random search, the best single model and a graph drawn by hand, at as many judged graphs, on the
 * real policy with simulated members that answer from the words of their prompt alone.
 */
export async function measureSwarm(
  given: Record<"seeds" | "items" | "evaluations", string> & { results?: string | undefined },
): Promise<Report> {
  const { seeds, items, evaluations } = given;
  const options = {
    seeds: Number(seeds),
    items: Number(items),
    evaluations: Number(evaluations),
  };
  const kept = await openKept(given.results ?? null);
  const names = ["es", "cma-es", "pso", "random", "by hand", "best single model"] as const;
  const all: Result[] = [];
  for (let seed = 0; seed < options.seeds; seed++)
    for (const name of names) {
      const { items, evaluations } = options;
      const known = kept.find({ name, seed, items, evaluations });
      const right = known?.right ?? (await rightOf(name, seed, { items, evaluations }));
      const result = { name, seed, items, evaluations, right };
      if (known === null) await kept.add(result);
      all.push(result);
    }
  return report(all, names);
}

async function rightOf(
  name: OptimizerName | "by hand" | "best single model",
  seed: number,
  { items, evaluations }: { items: number; evaluations: number },
): Promise<number[]> {
  const graph =
    name === "by hand"
      ? byHand()
      : name === "best single model"
        ? graphWith([MEMBERS.length - 1], [])
        : await found(name, seed, { items, evaluations });
  return play(graph, seed, { from: items, to: items + FRESH });
}

/** The best graph of a search over the first items. */
async function found(
  name: OptimizerName,
  seed: number,
  { items, evaluations }: { items: number; evaluations: number },
): Promise<Graph> {
  const nodes = nodesFor(
    MEMBERS.map(({ id }) => id),
    MEMBERS.length,
    [],
  );
  const space = {
    dimensions: nodes.length * (nodes.length - 1),
    population: 4,
    random: drawsOf(name, seed),
  };
  const judge: Judge = async (graphs) => {
    const values = [];
    for (const graph of graphs)
      values.push({ value: mean(await play(graph, seed, { from: 0, to: items })) });
    return values;
  };
  const { pool } = graphWith([0], []);
  const materials = { nodes, pool, roles: null, topP: 0, edgesFrom: null, seed };
  const way = { name, judge, between: async () => null };
  const limits = { evaluations, patience: null };
  const { best } = await searchGraphs(optimizerOf(name, space), materials, way, limits);
  if (best === null) throw new Error("nothing was judged");
  return best.graph;
}

/** Whether the graph answers each item right: 1 or 0. */
async function play(
  graph: Graph,
  seed: number,
  { from, to }: { from: number; to: number },
): Promise<number[]> {
  const members = MEMBERS.map((member, index) =>
    memberWho(member.id, (prompt) => answerOf(index, seed, prompt)),
  );
  const shape = { nodes: graph.nodes, edges: graph.edges };
  const right: number[] = [];
  for (let item = from; item < to; item++) {
    const { answer } = await putTo(
      teamOf("graph", members, { graph: shape }),
      question("planner", `Item ${item}.`),
    );
    right.push("text" in answer && answer.text === "Right plan." ? 1 : 0);
  }
  return right;
}

/** What it knows by itself; shown a right answer it takes that over as often as it listens, a wrong one half as often. */
function answerOf(index: number, seed: number, prompt: string): string {
  const { skill, listens } = MEMBERS[index] ?? { skill: 0, listens: 0 };
  const item = Number(/^Item (\d+)\./mu.exec(prompt)?.[1] ?? 0);
  const own = draw(seed, 1, index, item) < skill;
  const shown = [...prompt.matchAll(/^(Right|Wrong) plan\.$/gmu)].map(
    ([, word]) => word === "Right",
  );
  if (shown.length === 0) return plan(own);
  const heard = draw(seed, 2, index, item);
  if (!own && shown.includes(true)) return plan(heard < listens);
  if (own && shown.includes(false)) return plan(heard >= listens / 2);
  return plan(own);
}

function plan(isRight: boolean): string {
  return isRight ? "Right plan." : "Wrong plan.";
}

/** All members side by side, and the best one at the end: as people draw it. */
function byHand(): Graph {
  const last = MEMBERS.length - 1;
  const edges = MEMBERS.slice(0, last).map((_, index): [number, number] => [index, last]);
  return graphWith(
    MEMBERS.map((_, index) => index),
    edges,
  );
}

function graphWith(members: readonly number[], edges: readonly [number, number][]): Graph {
  const id = (index: number) => MEMBERS[index]?.id ?? "";
  return {
    nodes: members.map((index) => ({ id: id(index), kind: "model", member: id(index) })),
    edges: edges.map(([from, to]): [string, string] => [id(from), id(to)]),
    pool: Object.fromEntries(
      MEMBERS.map((each) => [each.id, PoolEntry.parse({ model: `openai:${each.id}` })]),
    ),
    roles: null,
  };
}

function report(all: readonly Result[], names: readonly string[]): Report {
  const of = (name: string) => all.filter((each) => each.name === name);
  const rows = names.map((name) => {
    const own = of(name);
    const values = own.flatMap(({ right }) => right);
    // Paired by item; items of one seed share their members.
    const gains = own.flatMap(({ seed, right }) => {
      const base = of("random").find((each) => each.seed === seed);
      return right.map((value, item) => ({
        cluster: `${seed} ${item}`,
        value: value - (base?.right[item] ?? 0),
      }));
    });
    const { mean: gain, interval } = estimate(gains);
    const within =
      interval === null ? "" : ` [${interval.map((each) => each.toFixed(3)).join(", ")}]`;
    return [
      name,
      mean(values).toFixed(3),
      name === "random" ? "–" : `${gain?.toFixed(3)}${within}`,
      own.map(({ right }) => mean(right).toFixed(3)).join(" "),
    ];
  });
  return {
    title: "Graphs of eight simulated models, on items that the search has not seen",
    table: [["", "right", "over random search, paired, 95 %", "by seed"], ...rows],
    notes: ["goal: the default beats random search at as many judged graphs"],
    data: rows,
  };
}

/** What was measured is kept line by line, so that a second call goes on where the first one ended. */
async function openKept(file: string | null) {
  const text = file === null ? "" : await readFile(file, "utf8").catch(() => "");
  const all = text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Result);
  return {
    find: (place: Omit<Result, "right">) =>
      all.find(
        (each) =>
          each.name === place.name &&
          each.seed === place.seed &&
          each.items === place.items &&
          each.evaluations === place.evaluations,
      ) ?? null,
    async add(result: Result) {
      if (file === null) return;
      await mkdir(dirname(file), { recursive: true });
      await appendFile(file, `${JSON.stringify(result)}\n`);
    },
  };
}
