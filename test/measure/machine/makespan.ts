import { createHash } from "node:crypto";
import { Config } from "../../../agent/config.ts";
import { pipeline } from "../../../agent/pipeline.ts";
import { openWorld } from "../../fakes/world.ts";
import { now } from "../timing.ts";

/** Seconds of a model call and of an execution, each between half and one and a half of it, by place. */
export type Latencies = { model: number; script: number };

/** A run in a made-up world against the longest chain of calls in it. */
export type Makespan = { calls: number; seconds: number; criticalPath: number; ratio: number };

const ENOUGH_SLOTS = 64;

/** The real pipeline, journal and git history under simulated latencies, with slots for every script. */
export async function measureMakespan(latencies: Latencies): Promise<Makespan> {
  const calls: Call[] = [];
  const latency = (at: string): number => {
    // A model call is asked for at its journal key, an execution at the place it runs for.
    const isScript = /\/(?:fold-\d+|sealed|final)$/u.test(at);
    const seconds = (isScript ? latencies.script : latencies.model) * (0.5 + share(at));
    calls.push({ key: isScript ? `${at}/run` : at, seconds });
    return seconds;
  };
  const config = { ...Config.parse({}), timeLimit: null, slots: ENOUGH_SLOTS };
  await using world = await openWorld({ latency, config });
  const begun = now();
  await pipeline(world.handle.run);
  const seconds = now() - begun;
  const first = world.journal.find("submission-written", "publish/first")?.value.solution ?? "";
  const path = criticalPath(calls, first);
  return { calls: calls.length, seconds, criticalPath: path, ratio: seconds / path };
}

/** A number in 0..1 that a place always gets. */
function share(at: string): number {
  return createHash("sha256").update(at).digest().readUInt32LE(0) / 2 ** 32;
}

/** A model call or an execution: its place in the algorithm and the seconds it takes. */
type Call = { key: string; seconds: number };

/** A step of a sequence, and which of the lines within that step run side by side. */
type Place = { step: number; line: string };

/**
 * The longest chain of calls that wait for each other, by the algorithm's own order: what the run would
 * take if nothing but models and scripts took time, and there were slots for all.
 */
function criticalPath(calls: readonly Call[], firstPublished: string): number {
  return longest(
    calls.map(({ key, seconds }) => ({ seconds, places: placesOf(key, firstPublished) })),
    0,
  );
}

type Placed = { seconds: number; places: Place[] };

/** Steps follow each other, lines of one step do not: a sum of maxima, and the same again inside each line. */
function longest(calls: readonly Placed[], depth: number): number {
  const own = calls.filter((call) => call.places.length <= depth);
  let total = own.reduce((sum, call) => sum + call.seconds, 0);
  const inner = calls.filter((call) => call.places.length > depth);
  for (const inStep of groups(inner, (call) => call.places[depth]?.step)) {
    const lines = groups(inStep, (call) => call.places[depth]?.line);
    total += Math.max(...lines.map((line) => longest(line, depth + 1)));
  }
  return total;
}

function groups<T>(all: readonly T[], by: (each: T) => unknown): T[][] {
  const found = new Map<unknown, T[]>();
  for (const each of all) {
    const key = by(each);
    found.set(key, [...(found.get(key) ?? []), each]);
  }
  return [...found.values()];
}

/** Steps of a run, in order. */
const RUN = { retrieve: 0, tracks: 1, ensembles: 2, sealed: 3, final: 4 };
/** Steps of a track, in order; merges and refinements add their number. */
const TRACK = { init: 0, merge: 1, dataUsage: 100, refine: 200 };
/** Steps of a refinement, in order. */
const REFINE = { ablation: 0, variants: 1, attempts: 2 };

function placesOf(key: string, firstPublished: string): Place[] {
  const last = /^(.*)\/(sealed|final)\/run$/u.exec(key);
  if (last?.[2] === "sealed") return [{ step: RUN.sealed, line: last[1] ?? "" }];
  if (last?.[2] === "final" && last[1] !== firstPublished)
    return [{ step: RUN.final, line: last[1] ?? "" }];
  const [, publishing] = /^track-(\d+)\//u.exec(last?.[1] ?? "") ?? [];
  // The first submission is made beside the merges of its track.
  if (publishing !== undefined)
    return [
      { step: RUN.tracks, line: publishing },
      { step: TRACK.merge + 1, line: "publish" },
    ];
  const [, track = "", rest = ""] = /^track-(\d+)\/(.*)$/u.exec(key) ?? [];
  if (track === "") return [{ step: RUN.ensembles, line: "" }];
  if (rest.startsWith("retrieve/")) return [{ step: RUN.retrieve, line: "" }];
  return [{ step: RUN.tracks, line: track }, ...placesInTrack(rest)];
}

function placesInTrack(rest: string): Place[] {
  const [, phase = "", number = "", inside = ""] =
    /^(init|merge|refine|data-usage)(?:-(\d+))?\/(.*)$/u.exec(rest) ?? [];
  switch (phase) {
    case "init":
      return [{ step: TRACK.init, line: number }];
    case "merge":
      return [{ step: TRACK.merge + Number(number), line: "" }];
    case "data-usage":
      return [{ step: TRACK.dataUsage, line: "" }];
    case "refine":
      return [{ step: TRACK.refine + Number(number), line: "" }, placeInRefinement(inside)];
    default:
      throw new Error(`no place in the algorithm is known for ${rest}`);
  }
}

function placeInRefinement(inside: string): Place {
  if (inside.startsWith("ablation/")) return { step: REFINE.ablation, line: "" };
  const [, variant] = /^ablation-(\d+)\//u.exec(inside) ?? [];
  if (variant !== undefined) return { step: REFINE.variants, line: variant };
  return { step: REFINE.attempts, line: "" };
}
