import { drawsOf } from "../policies/random.ts";
import type { Graph } from "./graph-file.ts";
import { drawAssignments, jfkScores } from "./jfk.ts";
import { ranked } from "./optimizer.ts";
import { assigned } from "./propose.ts";
import { drawPull, PSO_DEFAULTS, type Pull, shares } from "./pso.ts";
import type { Standing } from "./search.ts";

/** A folder with an adapter that was trained here, and what its score was. */
type Place = { folder: string; score: number };

/** A member whose weights move. */
export type Adapter = {
  id: string;
  folder: string;
  /** Folder that holds its velocity; null: it stands still. */
  velocity: string | null;
  /** Whether it has moved before: its first velocity goes to another adapter. */
  hasMoved: boolean;
  best: Place | null;
  /** Steps since its own best became better. */
  idle: number;
};

/** One move of an adapter's weights, as the Python program carries it out; folders in place of vectors. */
export type AdapterMove = {
  x: string;
  velocity: string | null;
  /** Where its first velocity goes to, in place of one; null: it has moved before. */
  towards: string | null;
  personal: string;
  global: string;
  worst: string;
  shares: Pull;
  step: number;
  /** Folder that is written: the moved adapter, with its velocity. */
  out: string;
};

export type WeightState = {
  adapters: readonly Adapter[];
  global: Place | null;
  worst: Place | null;
  /** λ of the next step. */
  step: number;
};

export function firstWeights(members: readonly { id: string; folder: string }[]): WeightState {
  const adapters = members.map((each) => ({
    ...each,
    velocity: null,
    hasMoved: false,
    best: null,
    idle: 0,
  }));
  return { adapters, global: null, worst: null, step: PSO_DEFAULTS.step };
}

/**
 * The weight-step of the paper: random assignments of models to the nodes of the best graph are judged, each model gets
 * its JFK-score. Their weights move after that (`nextMoves`).
 */
export async function weightStep(
  state: WeightState,
  {
    graph,
    members,
    assignments,
    judge,
    round,
    seed,
  }: {
    graph: Graph;
    /** All members of the pool, moved or not. */
    members: readonly string[];
    assignments: number;
    judge: Standing["judge"];
    round: number;
    seed: number;
  },
): Promise<{ scores: (number | null)[]; judged: WeightState }> {
  const random = drawsOf("assignments", seed, round);
  const nodes = graph.nodes.filter(({ kind }) => kind === "model").length;
  const drawn = drawAssignments(assignments, { nodes, models: members.length }, random);
  const graphs = drawn.map((at) =>
    assigned(
      graph,
      at.map((model) => members[model] ?? ""),
    ),
  );
  const values = await judge(graphs, `weight-step ${round}`);
  const worth = drawn.map((models, index) => ({ models, value: values[index] ?? 0 }));
  const scores = jfkScores(worth, members.length);
  return { scores, judged: noted(state, members, scores) };
}

/** Bests and the worst after the scores of a step; who was in no assignment has none. */
function noted(
  state: WeightState,
  members: readonly string[],
  scores: readonly (number | null)[],
): WeightState {
  const adapters = state.adapters.map((adapter) => {
    const score = scores[members.indexOf(adapter.id)] ?? null;
    if (score === null) return adapter;
    const isBetter = adapter.best === null || score > adapter.best.score;
    if (isBetter) return { ...adapter, best: { folder: adapter.folder, score }, idle: 0 };
    return { ...adapter, idle: adapter.idle + 1 };
  });
  const places = state.adapters.flatMap(({ id, folder }) => {
    const score = scores[members.indexOf(id)] ?? null;
    return score === null ? [] : [{ folder, score }];
  });
  const all = [state.global, state.worst, ...places].flatMap((each) => each ?? []);
  const order = ranked(all.map(({ score }) => score));
  return {
    ...state,
    adapters,
    global: all[order[0] ?? -1] ?? null,
    worst: all[order.at(-1) ?? -1] ?? null,
  };
}

/**
 * Where every adapter goes next: one that found nothing better for long goes back to its best, with velocity 0; the
 * others move. `placeOf` names the folder of a member after this step.
 */
export function nextMoves(
  state: WeightState,
  { seed, round, placeOf }: { seed: number; round: number; placeOf: (id: string) => string },
): { state: WeightState; moves: AdapterMove[] } {
  const random = drawsOf("weights", seed, round);
  const moves: AdapterMove[] = [];
  const adapters = state.adapters.map((adapter, index): Adapter => {
    const draws = drawPull(random);
    const towards = otherThan(state.adapters, index, random);
    const { best } = adapter;
    if (best === null || state.global === null || state.worst === null) return adapter;
    if (adapter.idle >= PSO_DEFAULTS.restartAfter)
      return { ...adapter, folder: best.folder, velocity: null, idle: 0 };
    const out = placeOf(adapter.id);
    moves.push({
      x: adapter.folder,
      velocity: adapter.velocity,
      towards: adapter.hasMoved ? null : towards,
      personal: best.folder,
      global: state.global.folder,
      worst: state.worst.folder,
      shares: shares(PSO_DEFAULTS.pull, draws),
      step: state.step,
      out,
    });
    return { ...adapter, folder: out, velocity: out, hasMoved: true };
  });
  const step = Math.max(PSO_DEFAULTS.leastStep, state.step * PSO_DEFAULTS.decay);
  return { state: { ...state, adapters, step }, moves };
}

function otherThan(adapters: readonly Adapter[], index: number, random: () => number): string {
  const others = adapters.filter((_, other) => other !== index);
  const other = others[Math.floor(random() * others.length)] ?? adapters[index];
  return other?.folder ?? "";
}
