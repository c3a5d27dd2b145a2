/** A model call or an execution: its place in the algorithm and the seconds it takes. */
export type Call = { key: string; seconds: number };

/** A step of a sequence, and which of the lines within that step run side by side. */
type Place = { step: number; line: string };

/**
 * The longest chain of calls that wait for each other, by the algorithm's own order: what the run would
 * take if nothing but models and scripts took time, and there were slots for all.
 */
export function criticalPath(calls: readonly Call[], firstPublished: string): number {
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
