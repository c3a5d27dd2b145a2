import { bestFirst, isBetter } from "../../tasks/competition.ts";
import type { Comparison } from "../../tasks/referee/referee.ts";
import { NO_WORSE } from "../noise-rule.ts";
import { searchViews } from "../run/execute.ts";
import type { Run } from "../run/run.ts";
import type { Evaluated } from "../solution.ts";
import { multipleComparison } from "./noise-test.ts";

/** What the rule says of equal scores: merging takes better or equal, the rest strictly better (spec §1 row 3). */
export type Ties = "accept" | "reject";

type Decision = {
  gain: number | null;
  standardError: number | null;
  probability: number | null;
  accepted: boolean;
  why: string;
};

/**
 * The noise rule of design §4, both halves of it in this file. A change that only has to be no worse (a merge, a
 * rewrite that uses more of the data) is taken when it is as likely better as worse. A challenger without a score
 * never wins.
 */
export async function acceptNoWorse(
  run: Run,
  at: string,
  incumbent: Evaluated,
  challenger: Evaluated | null,
): Promise<Evaluated> {
  if (challenger === null || challenger.evaluation.score === null) return incumbent;
  const decision = isStrict(run)
    ? byScore(run, incumbent, challenger, "accept")
    : noWorse(await compare(run, at, incumbent, challenger));
  return decide(run, at, incumbent, [challenger], { ...decision, challenger });
}

/**
 * The best of an incumbent and the many that were tried to beat it. A gain counts when it is more than what the
 * luckiest of all tries would show by noise alone: over the K tries of a step and the T steps of a track, a run
 * takes noise for a gain with a probability of 1 - `acceptProbability` at most (`multipleComparison` spends that rate).
 */
export async function acceptBest(
  run: Run,
  at: string,
  incumbent: Evaluated,
  tried: readonly Evaluated[],
): Promise<Evaluated> {
  const { direction } = run.competition.metric;
  const scored = tried.filter((each) => each.evaluation.score !== null);
  const [first] = bestFirst(scored, (each) => each.evaluation.score, direction);
  if (first === undefined) return incumbent;
  const decision = isStrict(run)
    ? { ...byScore(run, incumbent, first, "reject"), challenger: first }
    : await multipleComparison(run, at, incumbent, scored);
  return decide(run, at, incumbent, scored, decision);
}

/** Rates in the paper's way where the paper's rule is asked for, or where there is nothing to compare by. */
function isStrict(run: Run): boolean {
  return run.config.acceptance === "strict" || run.mode === "self-reported";
}

/** Journals the decision; a replay decides as the journal says. */
async function decide(
  run: Run,
  at: string,
  incumbent: Evaluated,
  challengers: readonly Evaluated[],
  { challenger, ...decision }: Decision & { challenger: Evaluated },
): Promise<Evaluated> {
  const recorded = await run.journal.step("compared", `${at}/compared`, async () => ({
    incumbent: incumbent.solution.id,
    challenger: challenger.solution.id,
    ...decision,
  }));
  const named = challengers.find(({ solution }) => solution.id === recorded.challenger);
  return recorded.accepted && named !== undefined ? named : incumbent;
}

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

function noWorse(found: Comparison): Decision {
  // Equal predictions are no worse, and no draw shows a gain.
  const accepted = found.probability >= NO_WORSE || (found.gain === 0 && found.standardError === 0);
  const probability = found.probability.toFixed(2);
  const why = `probability of a real gain ${probability}, ${NO_WORSE} asked: it need only be no worse`;
  const { gain, standardError } = found;
  return { gain, standardError, probability: found.probability, accepted, why };
}

async function compare(run: Run, at: string, incumbent: Evaluated, challenger: Evaluated) {
  const [a, b] = [incumbent.solution.id, challenger.solution.id];
  const views = searchViews(run);
  const value = await run.journal.step("compared", `${at}/${views.length}-folds`, async () => {
    const found = await run.referee.compare(a, b, views);
    return { incumbent: a, challenger: b, ...found, accepted: false, why: "measured" };
  });
  return {
    gain: value.gain ?? 0,
    standardError: value.standardError ?? 0,
    probability: value.probability ?? 0,
  };
}
