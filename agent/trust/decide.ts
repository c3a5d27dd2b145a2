import type { EventValue } from "../../runs/events/events.ts";
import type { Decision } from "../../runs/events/trust.ts";
import { showNumber } from "../../runs/report/formats.ts";
import type { ChallengerComparison } from "../../tasks/referee/referee.ts";
import { normalBelow, normalQuantile } from "./normal.ts";

/*
 * Every decision between solutions, as pure functions of what the journal holds: the run decides by them, and
 * `mle-star verify` decides once more.
 */

/** As likely better as worse: what is asked of a change that only has to be no worse. */
const NOT_WORSE = 0.5;
/** Challengers worth further executions, best first; a choice of ours: each costs as much as a new attempt. */
const MAX_SURVIVORS = 3;

/** Shares of a rate may add up to a little more than the rate. */
const ROUNDING = 1e-12;

/** All that a decision goes by. */
export type DecisionFacts = Decision extends infer D
  ? D extends Decision
    ? Omit<D, "accepted" | "why">
    : never
  : never;

/** Whether the challenger takes the incumbent's place, and why in a few words. */
export function decide(facts: DecisionFacts): { accepted: boolean; why: string } {
  switch (facts.rule) {
    case "score":
      return byScore(facts.gain, facts.ties);
    case "not-worse": {
      // Equal predictions are no worse, and no draw shows a gain.
      const isSame = facts.gain === 0 && facts.standardError === 0;
      const accepted = facts.probability >= NOT_WORSE || isSame;
      return { accepted, why: accepted ? "not worse" : "worse" };
    }
    case "significant-gain":
      return bySignificance(facts);
    case "expected-gain":
      return byExpectation(facts);
  }
}

/** The search goes where the expected gain is; that a gain is proved is said, and steers nothing. */
function byExpectation(facts: Extract<DecisionFacts, { rule: "expected-gain" }>) {
  const { expected, challenger, failed } = facts;
  if (failed.includes(challenger))
    return { accepted: false, why: "did not run on every fold and seed" };
  if (!(expected > 0)) return { accepted: false, why: "no gain is expected" };
  const gain = `an expected gain of ${showNumber(expected, 3)}`;
  return { accepted: true, why: `${gain}, ${isProved(facts) ? "proved" : "not proved"}` };
}

/** Whether a gain is more than the best of all tries of the run would show by noise alone. */
export function isProved(
  facts: Pick<
    Extract<DecisionFacts, { rule: "expected-gain" }>,
    "gain" | "familyProbability" | "level"
  >,
): boolean {
  const { gain, familyProbability, level } = facts;
  return gain !== null && isSignificant({ gain, familyProbability }, level);
}

/** The paper's rule (algorithms 1 and 2): merging takes better or equal scores, the rest strictly better ones. */
function byScore(gain: number | null, ties: "accept" | "reject") {
  if (gain === null) return { accepted: true, why: "the incumbent has no score" };
  if (gain === 0 && ties === "accept") return { accepted: true, why: "same score" };
  return gain > 0 ? { accepted: true, why: "better" } : { accepted: false, why: "not better" };
}

function bySignificance(facts: Extract<DecisionFacts, { rule: "significant-gain" }>) {
  const { gain, familyProbability, level, challenger, failed } = facts;
  if (gain === null || gain <= 0) return { accepted: false, why: "not better" };
  const p = showP(1 - familyProbability);
  if (!isSignificant({ gain, familyProbability }, level))
    return { accepted: false, why: `not significant, ${p}` };
  // What does not run on every fold is no gain.
  if (failed.includes(challenger))
    return { accepted: false, why: "did not run on every fold and seed" };
  return { accepted: true, why: `significant, ${p}` };
}

/** A bootstrap of a thousand draws tells no smaller ones apart. */
function showP(p: number): string {
  return p < 0.001 ? "p < 0.001" : `p = ${showNumber(p, 2)}`;
}

/** How much better a score is, in the metric's good direction; null where one of the two is missing. */
export function gainOf(
  was: number | null,
  now: number | null,
  direction: "maximize" | "minimize",
): number | null {
  if (was === null || now === null) return null;
  return direction === "maximize" ? now - was : was - now;
}

/**
 * The rate at which one step may take noise for a gain, so that over all T steps of a track the rate is
 * `1 - acceptProbability`: the Šidák correction, as if the steps were independent.
 */
export function rateOfStep(config: { acceptProbability: number; outerSteps: number }): number {
  return 1 - config.acceptProbability ** (1 / Math.max(1, config.outerSteps));
}

/** One look at all challengers of a step, on the views that they have been run on so far. */
export type Look = EventValue<"challengers-compared">;

/**
 * What each of the looks of a step may spend of its rate: spending after O'Brien and Fleming (Lan and DeMets 1983,
 * "Discrete sequential boundaries for clinical trials"), little at the first look and most at the last. A look that
 * is not taken spends nothing, and lowers the bar of no other.
 */
export function levelsOf(rate: number, looks: number): number[] {
  const edge = normalQuantile(1 - rate / 2);
  const spent = (look: number) =>
    look === 0 ? 0 : 2 * normalBelow(-edge / Math.sqrt(look / looks));
  return Array.from({ length: looks }, (_, at) => spent(at + 1) - spent(at));
}

/** Whether the looks of a step have spent no more than its rate. */
export function keepToRate(looks: readonly Look[], rate: number): boolean {
  return looks.reduce((sum, { level }) => sum + level, 0) <= rate * (1 + ROUNDING);
}

/** Whether a look shows a significant gain at its own share of the rate: no further one is needed. */
export function isClear(look: Look): boolean {
  return isSignificant(leaderOf(look), look.level);
}

/** What a step decides by after its looks: every look taken is a chance to be misled, so each has its share of the rate. */
export function factsAfter(looks: readonly Look[], failed: readonly string[]): DecisionFacts {
  const last = looks.at(-1);
  if (last === undefined) throw new Error("a decision without a look at the challengers");
  const { id: challenger, gain, standardError, familyProbability } = leaderOf(last);
  const { step, incumbent, level } = last;
  return {
    rule: "significant-gain",
    step,
    incumbent,
    challenger,
    gain,
    standardError,
    familyProbability,
    level,
    failed: [...failed],
  };
}

/**
 * Challengers that are worth running again after a look: they have run on every view so far, are more likely
 * better than worse, and lie within a standard error of the best.
 */
export function survivorsOf({ challengers }: Look): string[] {
  const best = Math.max(...challengers.map(({ gain }) => gain));
  const most = Math.max(...challengers.map(({ views }) => views.length));
  const ranked = [...challengers].sort((a, b) => b.gain - a.gain).slice(0, MAX_SURVIVORS);
  return challengers
    .filter(({ views }) => views.length === most)
    .filter(
      ({ probability, gain, standardError }) => probability > 0.5 && gain + standardError >= best,
    )
    .filter((each) => ranked.includes(each))
    .map(({ id }) => id);
}

/** The largest gain of those that survive a look, else of all; the earliest of equals. */
function leaderOf(look: Look): ChallengerComparison {
  const survivors = survivorsOf(look);
  const open = look.challengers.filter(({ id }) => survivors.includes(id));
  const [leader] = (open.length > 0 ? open : [...look.challengers]).sort((a, b) => b.gain - a.gain);
  if (leader === undefined) throw new Error("a look at no challengers");
  return leader;
}

function isSignificant(
  { gain, familyProbability }: Pick<ChallengerComparison, "gain" | "familyProbability">,
  level: number,
): boolean {
  return gain > 0 && familyProbability >= 1 - level;
}
