import type { Blend, ViewRun } from "../../tasks/referee/referee.ts";
import { searchViews } from "../run/execute.ts";
import { spareFolds } from "../run/folds.ts";
import type { Run } from "../run/run.ts";
import type { Ensembles, Evaluated } from "../solution.ts";
import { blendedCandidate, type Candidate, candidateOf, distinctScripts } from "./candidates.ts";
import type { Look } from "./decide.ts";
import { expectedGains } from "./expected.ts";

/** A candidate with the gain over the search's best script that the search expects of it. */
export type Ranked = Candidate & { expected: number; spread: number };

/** Step under which all candidates of a run are compared, once, when the search has ended. */
export const RANKING = "finalize/ranking";
/** More scripts do not change who is best: a choice of ours, to bound the time. */
const MAX_COMPARED = 24;
/** Fewer where each draw runs the competition's own metric. */
const MAX_CUSTOM = 6;

/**
 * Every script that was scored and every blend by the gain that is expected of it over the one that the search has
 * kept, best first: what was refused on the way may win. Empty where nothing was scored.
 */
export async function rankCandidates(
  run: Run,
  tracks: readonly Evaluated[],
  { blends }: Ensembles,
): Promise<Ranked[]> {
  const scripts = distinctScripts(run);
  const kept = new Set(tracks.map(({ solution }) => solution.id));
  const reference = scripts.find(({ solution }) => kept.has(solution.id)) ?? scripts[0];
  if (reference === undefined) return [];
  const most = run.competition.metric.name === "custom" ? MAX_CUSTOM : MAX_COMPARED;
  const others = scripts.slice(0, most).filter((each) => each !== reference);
  const look = await compareWith(run, reference, others, blends);
  const known = new Map(
    expectedGains(run.journal.events, [look]).map((each) => [each.measured.id, each.posterior]),
  );
  const candidates = [
    ...[reference, ...others].map(candidateOf),
    ...blends.map((blend) => blendedCandidate(run, blend)),
  ];
  return candidates
    .map((candidate) => {
      const { mean = 0, spread = 0 } = known.get(candidate.id) ?? {};
      return { ...candidate, expected: mean, spread };
    })
    .sort((a, b) => b.expected - a.expected);
}

function compareWith(
  run: Run,
  reference: Evaluated,
  others: readonly Evaluated[],
  blends: readonly Blend[],
): Promise<Look> {
  return run.journal.step("challengers-compared", RANKING, async () => {
    const views = searchViews(run);
    const incumbent = reference.solution.id;
    const challengers = [
      ...others.map(({ solution: { id } }) => ({ id, views: viewsOfBoth(run, incumbent, id) })),
      ...blends.map(({ id }) => ({ id, views: [...views] })),
    ];
    const found =
      challengers.length === 0 ? [] : await run.referee.compareAll(incumbent, challengers);
    const viewsOf = new Map(challengers.map((each) => [each.id, each.views]));
    return {
      step: RANKING,
      incumbent,
      // Nothing is proved here.
      level: 0,
      challengers: found.map((each) => ({ ...each, views: viewsOf.get(each.id) ?? [] })),
    };
  });
}

/** The search views, and the folds and seeds besides that both were run on as near-ties. */
function viewsOfBoth(run: Run, ...ids: readonly string[]): ViewRun[] {
  const searched = searchViews(run);
  const further = [...spareFolds(run), ...searched.map((view): ViewRun => `${view}@1`)];
  const isScored = (view: ViewRun) =>
    ids.every((id) => run.journal.recorded("judged", `${id}/${view}/judge`)?.status === "scored");
  return [...searched, ...further.filter(isScored)];
}
