import type { Contest, View, ViewRun } from "../../tasks/referee/referee.ts";
import { rateOfStep } from "../noise-rule.ts";
import { executeView, searchViews } from "../run/execute.ts";
import type { Run } from "../run/run.ts";
import type { Evaluated } from "../solution.ts";

/** Further folds that near-ties may be run on, and after them further seeds. */
const MORE_FOLDS = 2;
const MORE_SEEDS = 1;
/** Challengers that are worth running again, best first. */
const MAX_AGAIN = 3;

/** The best challenger and whether its gain is real. */
type Verdict = {
  challenger: Evaluated;
  gain: number;
  standardError: number;
  probability: number;
  accepted: boolean;
  why: string;
};

/** A challenger with the views it has been run on so far. */
type Challenger = { evaluated: Evaluated; views: ViewRun[]; alive: boolean; failed: boolean };

/**
 * Looks at all challengers of a step at once; while none is clearly a gain and some may be, the incumbent and those
 * are run on one more fold, then with another seed, and looked at again: the search for the best arm, by elimination.
 *
 * Every look that is taken is a chance to be fooled, so each spends an even share of the step's rate and the last
 * one what is left. The rate of a step is the track's, shared over its T steps as if they were independent.
 */
export async function multipleComparison(
  run: Run,
  at: string,
  incumbent: Evaluated,
  challengers: readonly Evaluated[],
): Promise<Verdict> {
  const views = searchViews(run);
  const contenders = challengers.map((evaluated): Challenger => {
    return { evaluated, views: [...views], alive: true, failed: false };
  });
  const more = furtherRounds(run, views);
  const rate = rateOfStep(run.config);
  const share = rate / (more.length + 1);
  for (let look = 0; ; look++) {
    const found = await lookAt(run, `${at}/look-${look + 1}`, incumbent, contenders, share);
    eliminate(contenders, found);
    const leader = leaderOf(contenders, found);
    if (isReal(leader.found, share)) return verdict(leader, share, look);
    const round = more[look];
    const alive = contenders.filter((each) => each.alive);
    const goesOn =
      alive.length > 0 &&
      round !== undefined &&
      (await runAgain(run, `${at}/again-${look + 1}`, incumbent, alive, round));
    if (!goesOn) return verdict(leader, rate - share * look, look);
  }
}

function isReal(found: Contest, level: number): boolean {
  return found.gain > 0 && found.familyProbability >= 1 - level;
}

function verdict(leader: Leader, level: number, look: number): Verdict {
  const { gain, standardError, probability, familyProbability } = leader.found;
  const again = look === 0 ? "" : ` after ${look} more round(s)`;
  const why = `${percent(familyProbability)} sure that it is not the luck of all tries${again}, ${percent(1 - level)} asked`;
  // What does not run on every fold is no gain.
  const accepted = isReal(leader.found, level) && !leader.contender.failed;
  const challenger = leader.contender.evaluated;
  return { challenger, gain, standardError, probability, accepted, why };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

async function lookAt(
  run: Run,
  key: string,
  incumbent: Evaluated,
  contenders: readonly Challenger[],
  level: number,
): Promise<Contest[]> {
  const value = await run.journal.step("contested", key, async () => {
    const asked = contenders.map(({ evaluated, views }) => ({ id: evaluated.solution.id, views }));
    const found = await run.referee.compareAll(incumbent.solution.id, asked);
    const named = new Map(asked.map(({ id, views }) => [id, [...views]]));
    return {
      incumbent: incumbent.solution.id,
      level,
      contenders: found.map((each) => ({ ...each, views: named.get(each.id) ?? [] })),
    };
  });
  return value.contenders;
}

/** Who is as likely worse as better, or more than its standard error behind the best, is not run again. */
function eliminate(contenders: readonly Challenger[], found: readonly Contest[]): void {
  const best = Math.max(...found.map(({ gain }) => gain));
  const ranked = [...found].sort((a, b) => b.gain - a.gain).map(({ id }) => id);
  for (const contender of contenders) {
    const { id } = contender.evaluated.solution;
    const own = found.find((each) => each.id === id);
    const hopeful =
      own !== undefined && own.probability > 0.5 && own.gain + own.standardError >= best;
    contender.alive &&= hopeful && ranked.indexOf(id) < MAX_AGAIN;
  }
}

type Leader = { contender: Challenger; found: Contest };

/** The largest gain of those that are still looked at; the earliest of equals. */
function leaderOf(contenders: readonly Challenger[], found: readonly Contest[]): Leader {
  const pairs = contenders.flatMap((contender) => {
    const own = found.find(({ id }) => id === contender.evaluated.solution.id);
    return own === undefined ? [] : [{ contender, found: own }];
  });
  const alive = pairs.filter(({ contender }) => contender.alive);
  const [leader] = (alive.length > 0 ? alive : pairs).sort((a, b) => b.found.gain - a.found.gain);
  if (leader === undefined) throw new Error("a multipleComparison without contenders");
  return leader;
}

/** Views to run near-ties on, round by round. */
function furtherRounds(run: Run, searched: readonly View[]): ViewRun[][] {
  const spare = run.referee.split.folds
    .map((fold) => fold.view)
    .filter((view) => !searched.includes(view))
    .slice(0, MORE_FOLDS);
  const seeds = Array.from({ length: MORE_SEEDS }, (_, index) =>
    searched.map((view): ViewRun => `${view}@${index + 1}`),
  );
  return [...spare.map((view): ViewRun[] => [view]), ...seeds];
}

/** Runs incumbent and challengers once more; false when the budget is short, or when nothing came of it. */
async function runAgain(
  run: Run,
  key: string,
  incumbent: Evaluated,
  alive: readonly Challenger[],
  round: readonly ViewRun[],
): Promise<boolean> {
  const all = [incumbent, ...alive.map(({ evaluated }) => evaluated)];
  const seconds = all
    .map(({ evaluation }) => evaluation.seconds / Math.max(1, evaluation.executions))
    .reduce((sum, each) => sum + each, 0);
  const need = { executions: all.length * round.length, seconds: seconds * round.length };
  if (!(await run.budget.affordsRerun(key, need))) return false;
  for (const [index, sitting] of round.entries()) {
    const outcomes = await Promise.all(all.map((each) => executeView(run, each.solution, sitting)));
    const [own, ...others] = outcomes.map((outcome) => outcome?.status === "scored");
    if (!own) return false;
    for (const [place, contender] of alive.entries()) contender.failed ||= others[place] !== true;
    // Scripts that a seed does not change would give the same rows again.
    if (index === 0 && (await isUnmoved(run, all, sitting))) return false;
  }
  for (const contender of alive) contender.alive = !contender.failed;
  for (const contender of alive) if (contender.alive) contender.views.push(...round);
  return alive.some((contender) => contender.alive);
}

/** Whether another seed gave every script the score that it had. */
async function isUnmoved(run: Run, all: readonly Evaluated[], sitting: ViewRun): Promise<boolean> {
  const [view = sitting, repeat] = sitting.split("@");
  if (repeat === undefined) return false;
  const outcomes = await Promise.all(
    all.flatMap(({ solution }) => [
      executeView(run, solution, view as View),
      executeView(run, solution, sitting),
    ]),
  );
  return outcomes.every((outcome, index) =>
    index % 2 === 0 ? outcome?.score === outcomes[index + 1]?.score : true,
  );
}
