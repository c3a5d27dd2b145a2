import { isBetter } from "../tasks/competition.ts";
import type { View } from "../tasks/referee.ts";
import { executeView, searchViews } from "./execute-view.ts";
import type { Run } from "./run.ts";
import type { Evaluated } from "./solution.ts";

/** What the rule says of equal scores: merging takes better or equal, the rest strictly better (spec §1 row 3). */
export type Ties = "accept" | "reject";

/**
 * The better of an incumbent and a challenger: the noise rule of design §4 in one place. A near-tie is run
 * again on further folds while there are any. A challenger without a score never wins.
 */
export async function accept(
  run: Run,
  at: string,
  incumbent: Evaluated,
  challenger: Evaluated | null,
  ties: Ties = "reject",
): Promise<Evaluated> {
  if (challenger === null || challenger.evaluation.score === null) return incumbent;
  const strict = run.config.acceptance === "strict" || run.mode === "self-reported";
  const decision = strict
    ? byScore(run, incumbent, challenger, ties)
    : await byNoise(run, at, incumbent, challenger, ties);
  const recorded = await run.step("compared", `${at}/compared`, async () => ({
    incumbent: incumbent.solution.id,
    challenger: challenger.solution.id,
    ...decision,
  }));
  return recorded.accepted ? challenger : incumbent;
}

/** Further folds a near-tie may be run on. */
const MORE_FOLDS = 2;

type Decision = {
  gain: number | null;
  standardError: number | null;
  probability: number | null;
  accepted: boolean;
  why: string;
};

function byScore(run: Run, incumbent: Evaluated, challenger: Evaluated, ties: Ties): Decision {
  const [was, now] = [incumbent.evaluation.score, challenger.evaluation.score];
  const { direction } = run.competition.metric;
  const accepted = isBetter(now, was, direction) || (ties === "accept" && now === was);
  const gain =
    was === null || now === null ? null : direction === "maximize" ? now - was : was - now;
  return {
    gain,
    standardError: null,
    probability: null,
    accepted,
    why: "the paper's rule: by score alone",
  };
}

async function byNoise(
  run: Run,
  at: string,
  incumbent: Evaluated,
  challenger: Evaluated,
  ties: Ties,
): Promise<Decision> {
  const views = searchViews(run);
  const spare = run.referee.split.folds
    .map((fold) => fold.view)
    .filter((view) => !views.includes(view));
  // A merge only has to be no worse; a change of the winner has to be a real gain.
  const wanted = ties === "accept" ? 0.5 : run.config.acceptProbability;
  let found = await compareOn(run, at, incumbent, challenger, views);
  for (const view of spare.slice(0, MORE_FOLDS)) {
    const isNearTie = found.probability > 0.5 && found.probability < wanted;
    if (!isNearTie || !(await rerun(run, [incumbent, challenger], view))) break;
    views.push(view);
    found = await compareOn(run, at, incumbent, challenger, views);
  }
  const accepted = found.probability >= wanted && (found.gain > 0 || ties === "accept");
  const probability = found.probability.toFixed(2);
  const why = `probability of a real gain ${probability} on ${views.length} fold(s), ${wanted} asked`;
  return { ...found, accepted, why };
}

async function compareOn(
  run: Run,
  at: string,
  incumbent: Evaluated,
  challenger: Evaluated,
  views: readonly View[],
) {
  const [a, b] = [incumbent.solution.id, challenger.solution.id];
  const value = await run.step("compared", `${at}/${views.length}-folds`, async () => {
    const found = await run.referee.compare(a, b, views);
    return { incumbent: a, challenger: b, ...found, accepted: false, why: "measured" };
  });
  return {
    gain: value.gain ?? 0,
    standardError: value.standardError ?? 0,
    probability: value.probability ?? 0,
  };
}

/** Runs both on one more fold; false when either does not score there or the budget is short. */
async function rerun(run: Run, pair: readonly Evaluated[], view: View): Promise<boolean> {
  const outcomes = await Promise.all(pair.map((each) => executeView(run, each.solution, view)));
  return outcomes.every((outcome) => outcome !== null && outcome.status === "scored");
}
