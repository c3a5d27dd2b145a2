import { appendFile, mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { estimate } from "../../../agent/distill/intervals.ts";
import type { Model, Request } from "../../../agent/models/model.ts";
import type { Member } from "../../../agent/models/teams/team.ts";
import { PoolEntry } from "../../../agent/models/teams/team-settings.ts";
import { drawsOf } from "../../../agent/policies/random.ts";
import { optimizerOf } from "../../../agent/swarm/choose.ts";
import type { Graph } from "../../../agent/swarm/graph-file.ts";
import type { OptimizerName } from "../../../agent/swarm/optimizer.ts";
import { nodesFor } from "../../../agent/swarm/propose.ts";
import { type Judge, searchGraphs } from "../../../agent/swarm/search.ts";
import { mean } from "../../../agent/swarm/utility.ts";
import { sha256 } from "../../../runs/sha256.ts";
import { someBrief, someRequest } from "../../fakes/request.ts";
import { memberWho, putTo, teamOf } from "../../fakes/team-run.ts";
import { liveModel, liveNames } from "../teams/live-models.ts";
import type { Report } from "../timing.ts";
import { answerIn, type ExamItem, examItem } from "./exam.ts";

type Options = { file: string; seeds: number; items: number; evaluations: number; fresh: number };

/** Nodes of a graph: the two models in turn. */
const NODES = 3;
const ARMS = ["es", "random", "by hand", "best single model"] as const;
type Arm = (typeof ARMS)[number];
/** Of the questions that all seeds share. */
const FRESH_SEED = 1000;
const MAX_TOKENS = 32;
const MAX_MS = 1_200_000;

/**
 * The default optimizer against random search, a graph drawn by hand and the better model alone, at as many judged
 * graphs, with real small models (`test/engine/local-model.sh`) that answer short questions. Every answer is kept in
 * `file`, so that a second call asks only what is missing there, and a whole file needs no model.
 */
export async function measureRealSwarm(options: Options): Promise<Report> {
  const tape = await openTape(options.file);
  const models = tape.models();
  const all: { arm: Arm; seed: number; right: number[]; edges: number }[] = [];
  for (let seed = 0; seed < options.seeds; seed++)
    for (const arm of ARMS) {
      const graph = await graphOfArm(arm, seed, { models, tape, options });
      const right = await play(graph, itemsOf(FRESH_SEED, options.fresh), tape);
      all.push({ arm, seed, right, edges: graph.edges.length });
      process.stderr.write(`seed ${seed}, ${arm}: ${mean(right).toFixed(3)}\n`);
    }
  const rows = ARMS.map((arm) => rowOf(arm, all));
  return {
    title: `Graphs of ${NODES} nodes of ${models.join(" and ")}, on ${options.fresh} questions that the search has not seen`,
    table: [["", "right", "over random search, paired, 95 %", "by seed"], ...rows],
    notes: [
      `each search judged ${options.evaluations} graphs on ${options.items} questions of its seed; ${tape.size()} answers of real models are kept in ${options.file}, ${tape.asked()} of them were asked now`,
      "goal: the default beats random search at as many judged graphs",
    ],
    data: all,
  };
}

function rowOf(arm: Arm, all: readonly { arm: Arm; seed: number; right: number[] }[]): string[] {
  const own = all.filter((each) => each.arm === arm);
  const gains = own.flatMap(({ seed, right }) => {
    const base = all.find((each) => each.arm === "random" && each.seed === seed);
    return right.map((value, item) => ({
      // All seeds answer the same questions.
      cluster: String(item),
      value: value - (base?.right[item] ?? 0),
    }));
  });
  const { mean: gain, interval } = estimate(gains);
  const within =
    interval === null ? "" : ` [${interval.map((each) => each.toFixed(3)).join(", ")}]`;
  const seeds = own.map(({ right }) => mean(right).toFixed(3)).join(" ");
  const total = mean(own.flatMap(({ right }) => right)).toFixed(3);
  return [arm, total, arm === "random" ? "–" : `${gain?.toFixed(3)}${within}`, seeds];
}

type World = { models: readonly string[]; tape: Tape; options: Options };

async function graphOfArm(arm: Arm, seed: number, world: World): Promise<Graph> {
  const { models, tape, options } = world;
  const items = itemsOf(seed, options.items);
  if (arm === "by hand") return byHand(models);
  if (arm !== "best single model") return await found(arm, seed, world);
  const alone = models.map((id) => graphWith([id], [], models));
  const values: number[] = [];
  for (const graph of alone) values.push(mean(await play(graph, items, tape)));
  return alone[values.indexOf(Math.max(...values))] ?? byHand(models);
}

/** The best graph of a search on the questions of its seed. */
async function found(
  name: OptimizerName,
  seed: number,
  { models, tape, options }: World,
): Promise<Graph> {
  const nodes = nodesFor(models, NODES, []);
  const items = itemsOf(seed, options.items);
  const judge: Judge = async (graphs) => {
    const values = [];
    for (const graph of graphs) values.push({ value: mean(await play(graph, items, tape)) });
    return values;
  };
  const random = drawsOf(name, seed);
  const space = { dimensions: NODES * (NODES - 1), population: 2, random };
  const { pool } = byHand(models);
  const materials = { nodes, pool, roles: null, topP: 0, edgesFrom: null, seed };
  const way = { name, judge, between: async () => null };
  const limits = { evaluations: options.evaluations, patience: null };
  const { best } = await searchGraphs(optimizerOf(name, space), materials, way, limits);
  if (best === null) throw new Error("nothing was judged");
  return best.graph;
}

function itemsOf(seed: number, count: number): ExamItem[] {
  return Array.from({ length: count }, (_, number) => examItem(seed, number));
}

/** All side by side before the first model once more: as people draw it. */
function byHand(models: readonly string[]): Graph {
  const ids = nodesFor(models, NODES, []).map(({ id }) => id);
  const end = ids.at(-1) ?? "";
  return graphWith(
    ids,
    ids.slice(0, -1).map((id) => [id, end]),
    models,
  );
}

function graphWith(
  ids: readonly string[],
  edges: [string, string][],
  models: readonly string[],
): Graph {
  const nodes = nodesFor(models, NODES, []).filter(({ id }) => ids.includes(id));
  const pool = models.map((id) => [id, PoolEntry.parse({ model: `openai:${id}` })] as const);
  return { nodes, edges, pool: Object.fromEntries(pool), roles: null };
}

/** Whether the graph answers each item right, 1 or 0, by the real policy. */
async function play(graph: Graph, items: readonly ExamItem[], tape: Tape): Promise<number[]> {
  const right: number[] = [];
  for (const item of items) {
    const shape = { nodes: graph.nodes, edges: graph.edges };
    const members = Object.keys(graph.pool).map((id) => memberOf(id, tape));
    const { answer } = await putTo(teamOf("graph", members, { graph: shape }), questionOf(item));
    const said = "text" in answer ? answerIn(answer.text, item.labels) : null;
    right.push(said === item.right ? 1 : 0);
  }
  return right;
}

function questionOf({ prompt, labels }: ExamItem): Request {
  const brief = { ...someBrief(), text: "Answer the last question with one word.\n" };
  const properties = { answer: { enum: [...labels] } };
  const schema = { type: "object", properties, required: ["answer"], additionalProperties: false };
  const at = "track-1/refine-1/attempt-1/planner/1";
  return someRequest({ at, role: "planner", brief, prompt, schema, maxOutputTokens: MAX_TOKENS });
}

function memberOf(id: string, tape: Tape): Member {
  return memberWho(id, (_, request) => tape.answer(id, request));
}

type Line = { model: string; question: string; text: string };
type Tape = {
  models(): string[];
  answer(model: string, request: Request): Promise<string>;
  size(): number;
  asked(): number;
};

/** What each model said to each question, a line each; what is not there is asked and added. */
async function openTape(file: string): Promise<Tape> {
  const kept = await readFile(file, "utf8").catch(() => "");
  const lines = kept.split("\n").filter((line) => line !== "");
  const known = new Map(
    lines.map((line) => {
      const { model, question, text } = JSON.parse(line) as Line;
      return [`${model} ${question}`, text];
    }),
  );
  const named = [...new Set(lines.map((line) => (JSON.parse(line) as Line).model))].sort();
  const open = new Map<string, Model>();
  let asked = 0;
  await mkdir(dirname(file), { recursive: true });
  return {
    // Who is on record is asked again; a record that is begun is of those that are there.
    models: () => (named.length > 1 ? named : liveNames()),
    size: () => known.size,
    asked: () => asked,
    async answer(model, request) {
      const question = sha256(JSON.stringify([request.brief.text, request.prompt, request.schema]));
      const before = known.get(`${model} ${question}`);
      if (before !== undefined) return before;
      const live = open.get(model) ?? liveModel(model);
      open.set(model, live);
      const { text } = await live.ask(request, AbortSignal.timeout(MAX_MS));
      asked += 1;
      known.set(`${model} ${question}`, text);
      await appendFile(file, `${JSON.stringify({ model, question, text } satisfies Line)}\n`);
      return text;
    },
  };
}
