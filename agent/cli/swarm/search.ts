import { drawsOf } from "../../policies/random.ts";
import { optimizerOf } from "../../swarm/choose.ts";
import { banzhaf, drawCoalitions, leaveOneOut } from "../../swarm/credit.ts";
import { type Graph, hashOfGraph } from "../../swarm/graph-file.ts";
import type { OptimizerName } from "../../swarm/optimizer.ts";
import { type Materials, nodesFor, partOf, single } from "../../swarm/propose.ts";
import {
  type Between,
  type Judge,
  type Searched,
  type Standing,
  searchGraphs,
  type Trial,
} from "../../swarm/search.ts";
import {
  type AdapterMove,
  firstWeights,
  nextMoves,
  type WeightState,
  weightStep,
} from "../../swarm/weights.ts";
import type { SwarmSettings } from "./settings.ts";

/** One way to search, and the best that it found. */
export type Arm = { name: string } & Searched;

/** What moves the weights of adapters. */
export type Moving = {
  adapters: readonly { id: string; folder: string }[];
  placeOf: (round: number, id: string) => string;
  move: (round: number, moves: readonly AdapterMove[]) => Promise<void>;
};

export type Searching = {
  settings: SwarmSettings;
  pool: Graph["pool"];
  judge: Judge;
  /** Null: the role-step only. */
  moving: Moving | null;
  report: (line: string) => void;
};

export function materialsOf({ settings, pool }: Searching): Materials {
  const members = Object.keys(pool);
  const { nodes, codeNodes, roles, decodeTopP, edgesFrom, seed } = settings;
  const count = nodes ?? members.length;
  return {
    nodes: nodesFor(members, count, codeNodes),
    pool,
    roles,
    topP: decodeTopP,
    edgesFrom,
    seed,
  };
}

/** Each member alone, as a graph of one node. */
export async function judgeSingles(searching: Searching): Promise<Arm> {
  const materials = materialsOf(searching);
  const { pool } = searching;
  const graphs = Object.keys(pool).map((id) =>
    single({ id, kind: "model", member: id }, materials),
  );
  const judged = await searching.judge(graphs, "single models");
  const trials = judged.flatMap((each, index): Trial[] => {
    const graph = graphs[index];
    return graph !== undefined && "value" in each ? [{ graph, value: each.value }] : [];
  });
  const [unjudged = "all are judged"] = judged.flatMap((each) =>
    "limit" in each ? [each.limit] : "refused" in each ? [each.refused] : [],
  );
  const best = bestOf(trials);
  return {
    name: "best single model",
    best,
    evaluations: trials.length,
    trace: [],
    ended: unjudged,
  };
}

/** The first of the best. */
export function bestOf(trials: readonly Trial[]): Trial | null {
  return trials.reduce<Trial | null>(
    (best, each) => (best === null || each.value > best.value ? each : best),
    null,
  );
}

/** The search of an optimizer; random search takes no weight-step. */
export async function runArm(searching: Searching, name: OptimizerName): Promise<Arm> {
  const { settings, judge, report, moving } = searching;
  const materials = materialsOf(searching);
  const n = materials.nodes.length;
  const space = {
    dimensions: n * (n - 1),
    population: settings.population,
    random: drawsOf(name, settings.seed),
  };
  const steps =
    moving === null || name === "random" ? null : weightSteps(searching, materials, moving);
  let told = 0;
  const between: Between = async (round, standing) => {
    const value = standing.best === null ? "none yet" : standing.best.value.toFixed(4);
    // A round of graphs that were judged before says nothing new.
    if (standing.evaluations > told) report(`${name}, round ${round}: best ${value}`);
    told = standing.evaluations;
    return steps === null || standing.best === null ? null : steps(round, standing, standing.best);
  };
  const { evaluations, patience } = settings;
  // As many graphs for both: patience would end a baseline that is only unlucky.
  const limits = { evaluations, patience: name === "random" ? null : patience };
  const searched = await searchGraphs(
    optimizerOf(name, space),
    materials,
    { name, judge, between },
    limits,
  );
  return { name, ...searched };
}

/** The weight-step after each role-step: assignments on the best graph, scores, and the move of every adapter. */
function weightSteps(
  { settings, report }: Searching,
  materials: Materials,
  { adapters, placeOf, move }: Moving,
) {
  const members = Object.keys(materials.pool);
  let state: WeightState = firstWeights(adapters);
  let current = materials;
  return async (round: number, standing: Standing, best: Trial): Promise<Materials> => {
    const { assignments, seed } = settings;
    // The best graph with the weights as they are now.
    const graph = { ...best.graph, pool: current.pool };
    const judge: Standing["judge"] = (graphs, what) => standing.judge(graphs, what);
    const asked = { graph, members, assignments, judge, round, seed };
    const found = await weightStep(state, asked);
    // Half of the assignments say nothing.
    if (standing.ended !== null) return current;
    const scores = members.map((id, index) => `${id} ${found.scores[index]?.toFixed(4) ?? "–"}`);
    report(`weight-step ${round}: JFK-scores ${scores.join(", ")}`);
    const next = nextMoves(found.judged, { seed, round, placeOf: (id) => placeOf(round, id) });
    await move(round, next.moves);
    state = next.state;
    const moved = state.adapters.flatMap(({ id, folder }) => {
      const entry = current.pool[id];
      return entry === undefined ? [] : [[id, { ...entry, model: `local:${folder}` }] as const];
    });
    current = { ...current, pool: { ...current.pool, ...Object.fromEntries(moved) } };
    return current;
  };
}

/** What each node of a graph is worth; null where a limit was reached before that was known. */
export async function creditOf(
  { graph, value }: Trial,
  { settings, judge }: Searching,
): Promise<{ node: string; credit: number | null }[] | null> {
  const ids = graph.nodes.map(({ id }) => id);
  const numbers = ids.map((_, index) => index);
  const random = drawsOf("coalitions", settings.seed);
  const wanted =
    settings.credit === "loo"
      ? numbers.map((node) => numbers.filter((each) => each !== node))
      : drawCoalitions(settings.creditSamples, numbers, random);
  const values = await valuesOf(
    graph,
    wanted.map((some) => ids.filter((_, index) => !some.includes(index))),
    judge,
  );
  if (values === null) return null;
  const found =
    settings.credit === "loo"
      ? leaveOneOut(
          value,
          numbers.map((node) => ({ node, value: values[node] ?? 0 })),
        )
      : banzhaf(
          wanted.map((nodes, index) => ({ nodes, value: values[index] ?? 0 })),
          numbers,
        );
  return found.map(({ node, credit }) => ({ node: ids[node] ?? "", credit }));
}

/** Values of a graph without some of its nodes; 0 where nobody is left who can answer. */
async function valuesOf(
  graph: Graph,
  left: readonly (readonly string[])[],
  judge: Judge,
): Promise<number[] | null> {
  const parts = left.map((some) => partOf(graph, some));
  const asked = new Map(
    parts.flatMap((part) => (part === null ? [] : [[hashOfGraph(part), part]])),
  );
  const judged = await judge([...asked.values()], "credit");
  if (judged.some((each) => "limit" in each)) return null;
  const hashes = [...asked.keys()];
  return parts.map((part) => {
    const each = part === null ? undefined : judged[hashes.indexOf(hashOfGraph(part))];
    return each !== undefined && "value" in each ? each.value : 0;
  });
}
