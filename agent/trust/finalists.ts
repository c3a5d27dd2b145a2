import { bestFirst } from "../../tasks/competition.ts";
import type { Blend } from "../../tasks/referee/referee.ts";
import { WEIGHT_EPSILON } from "../run/commit.ts";
import type { Run } from "../run/run.ts";
import type { Ensembles, Evaluated, Solution } from "../solution.ts";
import type { Corrections } from "./selection-bias.ts";

/** Something that may become the submission: one script, or a blend of several, each run unchanged. */
export type Finalist = {
  id: string;
  search: number;
  /** The search score without the luck of the best of many: finalists are ranked by it. */
  corrected: number;
  scripts: Solution[];
  blend: Blend | null;
};

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
  const used = blend.members.filter(
    (_, index) => Math.abs(blend.weights[index] ?? 0) > WEIGHT_EPSILON,
  );
  const members = used.map((id) => run.evaluated.get(id)).filter((each) => each !== undefined);
  return {
    id: blend.id,
    search: blend.score,
    corrected: corrections.of(blend.id) ?? blend.score,
    scripts: members.map((each) => each.solution),
    blend,
  };
}

/** The scripts of all finalists, each once. */
export function scriptsOf(finalists: readonly Finalist[]): Solution[] {
  const byId = new Map(finalists.flatMap((each) => each.scripts).map((each) => [each.id, each]));
  return [...byId.values()];
}
