import type { Decision } from "../../runs/events/trust.ts";
import { bestFirst } from "../../tasks/competition.ts";
import { searchViews } from "../run/execute.ts";
import { measureLoss } from "../run/measure.ts";
import type { Run } from "../run/run.ts";
import type { Evaluated } from "../solution.ts";
import { type DecisionFacts, decide, gainOf } from "./decide.ts";
import { expectedOf } from "./expected.ts";
import { compareChallengers } from "./noise-test.ts";

/**
 * A change that only has to be no worse (a merge, a rewrite that uses more of the data) is taken when a gain is
 * expected of it, or by the noise test when it is as likely better as worse on the same rows. A challenger without a
 * score never wins.
 */
export async function acceptNoWorse(
  run: Run,
  at: string,
  incumbent: Evaluated,
  challenger: Evaluated | null,
): Promise<Evaluated> {
  if (challenger === null || challenger.evaluation.score === null) return incumbent;
  const { accepted } = await journalDecision(run, await factsOfOne(run, at, incumbent, challenger));
  return accepted ? challenger : incumbent;
}

async function factsOfOne(
  run: Run,
  at: string,
  incumbent: Evaluated,
  challenger: Evaluated,
): Promise<DecisionFacts> {
  if (goesByScore(run)) return scoreFacts(run, at, { incumbent, challenger, ties: "accept" });
  return run.config.acceptance === "expected"
    ? compareChallengers(run, at, incumbent, [challenger])
    : notWorseFacts(run, at, incumbent, challenger);
}

/**
 * The best of an incumbent and the many that were tried to beat it: the one of which the largest gain is expected. By
 * the noise test a gain counts when it is more than the best of all tries would show by noise alone: over the K tries
 * of a step and the T steps of a track, a run takes noise for a gain with a probability of `1 - acceptProbability` at
 * most.
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
  const facts = goesByScore(run)
    ? scoreFacts(run, at, { incumbent, challenger: first, ties: "reject" })
    : await compareChallengers(run, at, incumbent, scored);
  const { accepted, challenger } = await journalDecision(run, facts);
  const winner = scored.find(({ solution }) => solution.id === challenger);
  return accepted && winner !== undefined ? winner : incumbent;
}

/**
 * Whether the next attempt of a step may go on from this one, before the step decides: a gain is expected of it. `key`:
 * where the comparison is journaled, for a challenger that is compared with more than one.
 */
export async function isGainExpected(
  run: Run,
  incumbent: Evaluated,
  challenger: Evaluated,
  key?: string,
): Promise<boolean> {
  const { direction } = run.competition.metric;
  const [was, now] = [incumbent.evaluation.score, challenger.evaluation.score];
  if (now === null) return false;
  if (goesByScore(run)) return (gainOf(was, now, direction) ?? 0) > 0;
  const { loss, standardError } = await measureLoss(run, incumbent, challenger, key);
  const measured = { gain: -loss, standardError: standardError ?? 0 };
  return expectedOf(run.journal.events, incumbent.solution.id, measured, "refine") > 0;
}

/** Where the paper's rule is asked for, or there are no banked predictions to compare. */
function goesByScore(run: Run): boolean {
  return run.config.acceptance === "strict" || run.mode === "self-reported";
}

function scoreFacts(
  run: Run,
  step: string,
  pair: { incumbent: Evaluated; challenger: Evaluated; ties: "accept" | "reject" },
): DecisionFacts {
  const { incumbent, challenger, ties } = pair;
  const [was, now] = [incumbent.evaluation.score, challenger.evaluation.score];
  return {
    rule: "score",
    step,
    incumbent: incumbent.solution.id,
    challenger: challenger.solution.id,
    gain: gainOf(was, now, run.competition.metric.direction),
    standardError: null,
    ties,
  };
}

/** A paired bootstrap over the rows of the search views (`referee/statistics`). */
async function notWorseFacts(
  run: Run,
  step: string,
  { solution: { id: incumbent } }: Evaluated,
  { solution: { id: challenger } }: Evaluated,
): Promise<DecisionFacts> {
  const views = searchViews(run);
  const { gain, standardError, probability } = await run.journal.step(
    "compared",
    `${step}/compared`,
    async () => {
      const found = await run.referee.compare(incumbent, challenger, views);
      return { incumbent, challenger, views, ...found };
    },
  );
  return { rule: "not-worse", step, incumbent, challenger, gain, standardError, probability };
}

/** A replay decides as the journal says. */
function journalDecision(run: Run, facts: DecisionFacts): Promise<Decision> {
  return run.journal.step("decided", `${facts.step}/decided`, async () => ({
    ...facts,
    ...decide(facts),
  }));
}
