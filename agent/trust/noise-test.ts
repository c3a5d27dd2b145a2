import { parseViewRun, type ViewRun } from "../../tasks/referee/referee.ts";
import { executeView, searchViews } from "../run/execute.ts";
import { spareFolds } from "../run/folds.ts";
import type { Run } from "../run/run.ts";
import type { Evaluated } from "../solution.ts";
import {
  type DecisionFacts,
  factsAfter,
  isClear,
  type Look,
  levelsOf,
  rateOfStep,
  survivorsOf,
} from "./decide.ts";
import { contendersOf, expectedFacts } from "./expected.ts";

/** Further folds that near-ties may be run on, and after them further seeds: a choice of ours, within `AGAIN_SHARE` of the budget. */
const MORE_FOLDS = 2;
const MORE_SEEDS = 1;

/** A challenger with the views it has been run on so far. */
type Challenger = { evaluated: Evaluated; views: ViewRun[]; failed: boolean };

/**
 * Compares all challengers of a step with the incumbent at once, by a paired bootstrap with the max statistic
 * (Westfall and Young, 1993). While it is open which one is best, the incumbent and those that may be are run on one
 * more fold, then with another seed, and compared again: best-arm identification by successive elimination.
 */
export async function compareChallengers(
  run: Run,
  at: string,
  incumbent: Evaluated,
  tried: readonly Evaluated[],
): Promise<DecisionFacts> {
  const challengers = tried.map(
    (evaluated): Challenger => ({
      evaluated,
      views: viewsOfBoth(run, incumbent, evaluated),
      failed: false,
    }),
  );
  const rounds = furtherRounds(run);
  const levels = levelsOf(rateOfStep(run.config), rounds.length + 1);
  const looks: Look[] = [];
  for (const [index, round] of [...rounds, null].entries()) {
    const level = levels[index] ?? 0;
    const key = `${at}/look-${index + 1}`;
    const look = await lookAt(run, key, { step: at, incumbent, challengers, level });
    looks.push(look);
    const ids = openAfter(run, looks);
    if (round === null || ids.length === 0) break;
    const survivors = challengers.filter(({ evaluated }) => ids.includes(evaluated.solution.id));
    const again = { incumbent, survivors, round };
    if (!(await runAgain(run, `${at}/again-${looks.length}`, again))) break;
  }
  const failed = challengers
    .filter((each) => each.failed)
    .map((each) => each.evaluated.solution.id);
  return run.config.acceptance === "expected"
    ? expectedFacts(run.journal.events, looks, failed)
    : factsAfter(looks, failed);
}

/** The challengers between which, and the incumbent, a further view may decide. */
function openAfter(run: Run, looks: readonly Look[]): string[] {
  if (run.config.acceptance === "expected") return contendersOf(run.journal.events, looks);
  const last = looks.at(-1);
  return last === undefined || isClear(last) ? [] : survivorsOf(last);
}

/** Search views that both were scored on: a hopeless script has but the first. */
function viewsOfBoth(run: Run, incumbent: Evaluated, challenger: Evaluated): ViewRun[] {
  return searchViews(run).filter((view) =>
    [incumbent, challenger].every(({ evaluation }) => evaluation.views.includes(view)),
  );
}

/** Views to run near-ties on, round by round. */
function furtherRounds(run: Run): ViewRun[][] {
  const searched = searchViews(run);
  const spare = spareFolds(run).slice(0, MORE_FOLDS);
  const seeds = Array.from({ length: MORE_SEEDS }, (_, index) =>
    searched.map((view): ViewRun => `${view}@${index + 1}`),
  );
  return [...spare.map((view): ViewRun[] => [view]), ...seeds];
}

function lookAt(
  run: Run,
  key: string,
  asked: { step: string; incumbent: Evaluated; challengers: readonly Challenger[]; level: number },
): Promise<Look> {
  const { step, level, incumbent } = asked;
  return run.journal.step("challengers-compared", key, async () => {
    const challengers = asked.challengers.map(({ evaluated, views }) => ({
      id: evaluated.solution.id,
      views: [...views],
    }));
    const found = await run.referee.compareAll(incumbent.solution.id, challengers);
    const viewsOf = new Map(challengers.map(({ id, views }) => [id, views]));
    return {
      step,
      incumbent: incumbent.solution.id,
      level,
      challengers: found.map((each) => ({ ...each, views: viewsOf.get(each.id) ?? [] })),
    };
  });
}

/** Runs incumbent and survivors once more; false when the budget is short, or when nothing came of it. */
async function runAgain(
  run: Run,
  key: string,
  again: { incumbent: Evaluated; survivors: readonly Challenger[]; round: readonly ViewRun[] },
): Promise<boolean> {
  const { incumbent, survivors, round } = again;
  const all = [incumbent, ...survivors.map(({ evaluated }) => evaluated)];
  const seconds = all
    .map(({ evaluation }) => evaluation.seconds / Math.max(1, evaluation.executions))
    .reduce((sum, each) => sum + each, 0);
  const need = { executions: all.length * round.length, seconds: seconds * round.length };
  if (!(await run.budget.affordsRerun(key, need))) return false;
  for (const [index, viewRun] of round.entries()) {
    const outcomes = await Promise.all(all.map((each) => executeView(run, each.solution, viewRun)));
    const [own, ...others] = outcomes.map((outcome) => outcome?.status === "scored");
    if (!own) return false;
    for (const [place, each] of survivors.entries()) each.failed ||= others[place] !== true;
    // Scripts that a seed does not change would give the same rows again.
    if (index === 0 && (await isUnmoved(run, all, viewRun))) return false;
  }
  const ran = survivors.filter((each) => !each.failed);
  for (const each of ran) each.views.push(...round);
  return ran.length > 0;
}

/** Whether another seed gave every script the score that it had. */
async function isUnmoved(run: Run, all: readonly Evaluated[], viewRun: ViewRun): Promise<boolean> {
  const { view, repeat } = parseViewRun(viewRun);
  if (repeat === 0) return false;
  const unmoved = await Promise.all(
    all.map(async ({ solution }) => {
      const [first, again] = await Promise.all([
        executeView(run, solution, view),
        executeView(run, solution, viewRun),
      ]);
      return first?.score === again?.score;
    }),
  );
  return unmoved.every((same) => same);
}
