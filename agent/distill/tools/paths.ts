import { drawsOf } from "../../policies/random.ts";
import { edgesFrom, type ToolGraph } from "./graph.ts";

/** A call that is to be made; `nestedIn`: the call whose answer gives all that it must have, which no question names. */
export type PlannedCall = { id: number; tool: string; nestedIn: number | null };

/** What one question asks for; `missing`: it can only be asked back, or declined, and nothing is to be called. */
export type PlannedTurn = { calls: PlannedCall[]; missing: Missing | null };
export type Missing = { kind: "function" | "parameters"; tool: string };

/** A function-signature path of Magnet (arXiv 2503.07826), as far as it was brought. */
export type Path<Stage extends string = string> = { stage: Stage; turns: PlannedTurn[] };

export type PathOptions = {
  /** S: calls of a walk at most. */
  walk: number;
  paths: number;
  mergeP: number;
  insertP: number;
  /** Share of the paths of which there is a second one with a turn in which something is missing. */
  splitP: number;
  /** By tool, how often a model failed at it, 0 to 1; empty: none is drawn more than another. */
  failures: ReadonlyMap<string, number>;
  seed: number;
};

/** S and p of Magnet; the rest is ours. */
export const PATH_DEFAULTS = {
  walk: 7,
  paths: 60,
  mergeP: 0.3,
  insertP: 0.3,
  splitP: 0.3,
} as const;

/** Calls that one question may ask for side by side, as in Magnet. */
const MAX_PARALLEL = 3;
/** How much likelier a tool is drawn that a model always failed at, after HardGen (arXiv 2601.01498): ours. */
const FAILURE_WEIGHT = 4;

type Random = () => number;

/** Paths with their ids: a walk begins once at every tool, then at drawn ones. */
export function drawPaths(
  graph: ToolGraph,
  options: PathOptions,
): { id: string; path: Path<"inserted" | "split"> }[] {
  const { tools } = graph;
  const drawn: { id: string; path: Path<"inserted" | "split"> }[] = [];
  for (let index = 0; drawn.length < options.paths; index++) {
    const random = drawsOf("tool-path", options.seed, index);
    const start = tools[index]?.name ?? weighted(namesOf(graph), options.failures, random);
    const walked = walkFrom(graph, start, options, random);
    const inserted = insert(merge(walked, options.mergeP, random), graph, options.insertP, random);
    const id = `path-${index + 1}`;
    drawn.push({ id, path: inserted });
    if (random() < options.splitP && drawn.length < options.paths)
      drawn.push({ id: `${id}-split`, path: split(inserted, graph, random) });
  }
  return drawn;
}

/** A random walk along the edges, one call a turn; it ends where no edge leads on. */
export function walkFrom(
  graph: ToolGraph,
  start: string,
  { walk, failures }: Pick<PathOptions, "walk" | "failures">,
  random: Random,
): Path<"walked"> {
  const names = [start];
  for (let at = start; names.length < walk; ) {
    const next = edgesFrom(graph, at).map(({ to }) => to);
    if (next.length === 0) break;
    at = weighted(next, failures, random);
    names.push(at);
  }
  const turns = names.map((tool, id) => ({
    calls: [{ id, tool, nestedIn: null }],
    missing: null,
  }));
  return { stage: "walked", turns };
}

/** Merge: turns side by side become one with probability p, where it asks for no more than may be called at once. */
export function merge(path: Path<"walked">, p: number, random: Random): Path<"merged"> {
  expectStage(path, "walked");
  const turns: PlannedTurn[] = [];
  for (const turn of path.turns) {
    const last = turns.at(-1);
    if (last !== undefined && isMergeable(last) && random() < p)
      turns.splice(-1, 1, { ...last, calls: [...last.calls, ...turn.calls] });
    else turns.push(turn);
  }
  return { stage: "merged", turns };
}

/** Whether the turn behind this one may be joined to it. */
export function isMergeable({ calls }: PlannedTurn): boolean {
  return calls.length < MAX_PARALLEL;
}

/**
 * Insert: behind a turn's last call, with probability p, one that needs nothing but its answer: in the same turn (a
 * short dependency), or at the beginning of a later one (a long one).
 */
export function insert(
  path: Path<"merged">,
  graph: ToolGraph,
  p: number,
  random: Random,
): Path<"inserted"> {
  expectStage(path, "merged");
  const turns = path.turns.map(({ calls, missing }) => ({ calls: [...calls], missing }));
  let id = turns.reduce((sum, { calls }) => sum + calls.length, 0);
  for (const [index, turn] of turns.entries()) {
    const last = path.turns[index]?.calls.at(-1);
    const nested = edgesFrom(graph, last?.tool ?? "").filter(({ label }) => label === "full");
    if (last === undefined || nested.length === 0 || random() >= p) continue;
    const tool = pick(nested, random).to;
    const call = { id: id++, tool, nestedIn: last.id };
    const later = turns.slice(index + 1);
    if (later.length > 0 && random() < 0.5) pick(later, random).calls.unshift(call);
    else turn.calls.splice(turn.calls.indexOf(last) + 1, 0, call);
  }
  return { stage: "inserted", turns };
}

/** Split: a copy with one turn more, in which a function or a parameter is missing. */
export function split(path: Path<"inserted">, graph: ToolGraph, random: Random): Path<"split"> {
  expectStage(path, "inserted");
  const used = new Set(path.turns.flatMap(({ calls }) => calls.map(({ tool }) => tool)));
  const unused = namesOf(graph).filter((name) => !used.has(name));
  const asking = graph.tools.filter(({ takes }) => takes.some(({ isRequired }) => isRequired));
  const isFunction = unused.length > 0 && random() < 0.5;
  const missing: Missing = isFunction
    ? { kind: "function", tool: pick(unused, random) }
    : { kind: "parameters", tool: pick(asking, random).name };
  const turns = path.turns.map(({ calls, missing: before }) => ({
    calls: [...calls],
    missing: before,
  }));
  turns.splice(1 + Math.floor(random() * turns.length), 0, { calls: [], missing });
  return { stage: "split", turns };
}

/** The operations have one order: what is inserted must not be merged away, and what is empty must not be filled. */
function expectStage({ stage }: Path, wanted: string): void {
  if (stage !== wanted) throw new Error(`a path that is ${stage} where one must be ${wanted}`);
}

function namesOf({ tools }: ToolGraph): string[] {
  return tools.map(({ name }) => name);
}

function weighted(
  names: readonly string[],
  failures: ReadonlyMap<string, number>,
  random: Random,
): string {
  const weights = names.map((name) => 1 + FAILURE_WEIGHT * (failures.get(name) ?? 0));
  let left = random() * weights.reduce((sum, weight) => sum + weight, 0);
  const index = weights.findIndex((weight) => {
    left -= weight;
    return left < 0;
  });
  return names[index === -1 ? names.length - 1 : index] ?? "";
}

function pick<T>(list: readonly T[], random: Random): T {
  const found = list[Math.floor(random() * list.length)];
  if (found === undefined) throw new Error("nothing to draw from");
  return found;
}
