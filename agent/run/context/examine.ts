import type { Event } from "../../../runs/events/events.ts";
import type { OtherTrack } from "../../../runs/events/solutions.ts";
import { bestFirst } from "../../../tasks/competition.ts";
import type { Evaluated } from "../../solution.ts";
import type { Run } from "../run.ts";
import { triedBefore } from "./tried.ts";

/** What a step goes by beside its own track. */
export type Examined = Pick<Event<"examined">["value"], "weak" | "surrogateImportance" | "tracks">;

/** Scripts of another track that are listed, the latest. */
const MAX_TRIED = 12;

/**
 * Where a script does worst, which columns it follows, and what the other tracks have come to by now. How far they are is chance: it is journaled,
 * so that a run that goes on, or is replayed, sees the same.
 */
export async function examine(run: Run, at: string, base: Evaluated): Promise<Examined> {
  const { solution, evaluation } = base;
  if (run.mode === "self-reported" || evaluation.score === null)
    return { weak: null, surrogateImportance: null, tracks: [] };
  return run.journal.step("examined", `${at}/examined`, async () => ({
    solution: solution.id,
    weak: await run.referee.weakRows(solution.id, evaluation.views),
    surrogateImportance: await run.referee.surrogateImportance(solution.id, evaluation.views),
    tracks: await otherTracks(run, base),
  }));
}

async function otherTracks(run: Run, base: Evaluated): Promise<OtherTrack[]> {
  const all = [...run.evaluated.values()].filter(({ solution }) => solution.origin !== "ablation");
  const own = base.solution.track;
  const tracks = [...new Set(all.map(({ solution }) => solution.track))]
    .filter((track) => track !== null)
    .filter((track) => track !== own)
    .sort();
  const found = tracks.map((track) => ({
    track,
    best: bestOf(
      run,
      all.filter(({ solution }) => solution.track === track),
    ),
    tried: triedBefore(run, track, "").slice(-MAX_TRIED),
  }));
  const { id } = base.solution;
  const { views } = base.evaluation;
  const isComparable = (each: Evaluated) =>
    views.every((view) => each.evaluation.views.includes(view));
  const others = found.flatMap(({ best }) => (best !== null && isComparable(best) ? [best] : []));
  const alike = await run.referee.alike(
    id,
    others.map(({ solution }) => solution.id),
    views,
  );
  return found.map(({ best, ...each }) => ({
    ...each,
    best: best && {
      solution: best.solution.id,
      code: best.solution.code,
      score: best.evaluation.score ?? 0,
      alike: alike[others.indexOf(best)] ?? null,
    },
  }));
}

function bestOf(run: Run, scripts: readonly Evaluated[]): Evaluated | null {
  const scored = scripts.filter(({ evaluation }) => evaluation.score !== null);
  const { direction } = run.competition.metric;
  return bestFirst(scored, (each) => each.evaluation.score, direction)[0] ?? null;
}
