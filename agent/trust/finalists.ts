import { bestFirst } from "../../tasks/competition.ts";
import type { Blend } from "../../tasks/referee/referee.ts";
import type { Run } from "../run/run.ts";
import type { Ensembles, Evaluated, Solution } from "../solution.ts";
import { type CanaryResult, FINALIST, runCanary, skipCanary } from "./canary.ts";
import { blendedCandidate, type Candidate } from "./candidates.ts";
import { secondsOfView } from "./reproduce.ts";
import type { Corrections } from "./selection-bias.ts";

/** What may become the submission. */
export type Finalist = Candidate & {
  search: number;
  /** The search score without the selection bias of the best of many: finalists are ranked by it. */
  corrected: number;
};

/** One of each kind: the best track, planned ensemble and blend. */
const FINALISTS = 3;

/** The best track, the best planned ensemble and the best blend, best corrected score first. */
export function chooseFinalists(
  run: Run,
  tracks: readonly Evaluated[],
  ensembles: Ensembles,
  { corrections, isRejected }: { corrections: Corrections; isRejected(script: Solution): boolean },
): Finalist[] {
  const { direction } = run.competition.metric;
  const rank = (list: Finalist[]) => {
    const open = list.filter(({ scripts }) => !scripts.some(isRejected));
    return bestFirst(open, (each) => each.corrected, direction);
  };
  const single = ({ solution, evaluation }: Evaluated): Finalist => {
    const search = evaluation.score ?? Number.NaN;
    const corrected = corrections.of(solution.id) ?? search;
    return { id: solution.id, search, corrected, scripts: [solution], blend: null };
  };
  const groups = [
    tracks.filter((each) => each.evaluation.score !== null).map(single),
    ensembles.planned.map(single),
    ensembles.blends.map((blend) => blended(run, blend, corrections)),
  ];
  const best = groups.map((group) => rank(group)[0]).filter((each) => each !== undefined);
  return rank(best).slice(0, FINALISTS);
}

function blended(run: Run, blend: Blend, corrections: Corrections): Finalist {
  const { id, score: search } = blend;
  const { scripts } = blendedCandidate(run, blend);
  return { id, search, corrected: corrections.of(id) ?? search, scripts, blend };
}

/** The scripts of all finalists, each once. */
export function scriptsOf(finalists: readonly Finalist[]): Solution[] {
  const byId = new Map(finalists.flatMap((each) => each.scripts).map((each) => [each.id, each]));
  return [...byId.values()];
}

/**
 * Finalists whose scripts have been put to the canary. One that is above chance is dropped, and the next best is
 * tested in its place; one that could not be verified is dropped when another one passes. `choose` gives the
 * finalists without rejected scripts, best first; `secondsAfter` what they need of the budget after their tests.
 */
export async function clearFinalists(
  run: Run,
  choose: (isRejected: (script: Solution) => boolean) => Finalist[],
  secondsAfter: (finalists: readonly Finalist[]) => number,
): Promise<Finalist[]> {
  const verdicts = new Map<string, CanaryResult["verdict"]>();
  const differing = new Set<string>();
  const isRejected = ({ id }: Solution) => verdicts.get(id) === "above-chance" || differing.has(id);
  for (let round = 1; ; round++) {
    const finalists = choose(isRejected);
    if (run.config.canary === "off") return finalists;
    const untested = scriptsOf(finalists).filter(({ id }) => !verdicts.has(id));
    if (untested.length === 0) return withoutUnverified(finalists, verdicts);
    const need = {
      executions: untested.length + finalists.length,
      seconds: secondsOf(run, untested) + secondsAfter(finalists),
    };
    const isAfforded = await run.budget.affords(`finalize/canary-${round}`, need);
    const results = await Promise.all(untested.map((script) => test(run, script, isAfforded)));
    for (const { solution, verdict } of results) verdicts.set(solution, verdict);
  }
}

/** Whether a script that was no finalist may take their place: everything but one that is above chance. */
export async function isCleared(run: Run, script: Solution): Promise<boolean> {
  if (run.config.canary === "off") return true;
  return (await runCanary(run, script, FINALIST)).verdict !== "above-chance";
}

function test(run: Run, script: Solution, isAfforded: boolean): Promise<CanaryResult> {
  const why = "the budget does not allow it beside the sealed and the final runs";
  return isAfforded ? runCanary(run, script, FINALIST) : skipCanary(run, script, FINALIST, why);
}

function withoutUnverified(
  finalists: readonly Finalist[],
  verdicts: ReadonlyMap<string, CanaryResult["verdict"]>,
): Finalist[] {
  const all = (verdict: CanaryResult["verdict"]) => (each: Finalist) =>
    each.scripts.every(({ id }) => verdicts.get(id) === verdict);
  const passes = finalists.some(all("passed"));
  const isUnverified = (each: Finalist) =>
    each.scripts.some(({ id }) => verdicts.get(id) === "unverified");
  return finalists.filter((each) => !(passes && isUnverified(each)));
}

/** Wall clock of one search view for each script, over the slots; what ran in the search costs nothing again. */
function secondsOf(run: Run, scripts: readonly Solution[]): number {
  const total = scripts
    .filter(({ id }) => run.journal.recorded("executed", `${id}/shuffled-0/run`) === null)
    .map(({ id }) => secondsOfView(run, id))
    .reduce((sum, each) => sum + each, 0);
  return total / run.slots.count;
}
