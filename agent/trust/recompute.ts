import { isDeepStrictEqual } from "node:util";
import type { Finding } from "../../runs/certificate/verify.ts";
import { type Event, type EventValue, valuesOf } from "../../runs/events/events.ts";
import type { Decision } from "../../runs/events/trust.ts";
import {
  type Comparison,
  INTERVAL_RULE,
  type Interval,
  type Referee,
  type Split,
  type View,
} from "../../tasks/referee/referee.ts";
import type { Config } from "../config.ts";
import { searchedFolds } from "../run/folds.ts";
import {
  type DecisionFacts,
  decide,
  factsAfter,
  gainOf,
  keepToRate,
  rateOfStep,
} from "./decide.ts";
import { expectedFacts, expectedGains } from "./expected.ts";
import { RANKING } from "./ranking.ts";

/** What can be computed once more from the stored predictions: scores, gains and decisions, the correction, the choice. */
export async function recompute(
  referee: Referee,
  events: readonly Event[],
  started: EventValue<"run-started">,
): Promise<Finding[]> {
  const recorded = recordedScores(events, started.split);
  const scores = await recomputeScores(referee, recorded, started.intervalRule === INTERVAL_RULE);
  if (started.intervalRule !== INTERVAL_RULE) return [scores];
  return [
    scores,
    await recomputeGains(referee, events),
    redecide(events, started),
    await recomputeCorrection(referee, events),
    await recomputeChoice(referee, events),
    ...(await recomputeProjection(referee, events)),
    ...(await recomputeDiagnosis(referee, events)),
  ];
}

/** A score as the journal has it, and the predictions it was computed from. */
type Recorded = { id: string; views: View[]; score: number; interval: Interval | null };

async function recomputeScores(
  referee: Referee,
  recorded: readonly Recorded[],
  withIntervals: boolean,
): Promise<Finding> {
  const check = "scores";
  for (const { id, views, score, interval } of recorded) {
    const found = await referee.score(id, views);
    const was = withIntervals && interval !== null ? [score, ...interval] : [score];
    const now = [found.score, ...found.interval];
    const at = was.findIndex((value, index) => !isSame(value, now[index]));
    if (at !== -1)
      return {
        check,
        ok: false,
        detail: `${id} on ${views.join(", ")}: ${at > 0 ? "an end of its interval is " : ""}${now[at]}, the journal says ${was[at]}`,
      };
  }
  const what = withIntervals ? "with their intervals " : "";
  return {
    check,
    ok: true,
    detail: `${recorded.length} recomputed ${what}from the stored predictions`,
  };
}

function recordedScores(events: readonly Event[], split: Split): Recorded[] {
  const searched = searchedFolds(events, split);
  return events.flatMap((event): Recorded[] => {
    if (event.type === "evaluated") {
      const { solution: id, evaluation } = event.value;
      const { score, interval, views } = evaluation;
      return score === null ? [] : [{ id, views: views, score, interval }];
    }
    if (event.type === "blended") {
      const { solution: id, score, interval } = event.value;
      return [{ id, views: searched, score, interval }];
    }
    if (event.type === "shuffled") {
      const { solution: id, view, score } = event.value;
      return [{ id, views: [view], score, interval: null }];
    }
    if (event.type !== "sealed-opened") return [];
    return event.value.finalists.flatMap(({ solution: id, sealed, sealedInterval }) => {
      // The chosen one's interval is corrected for its selection bias; the choice is recomputed as a whole.
      const interval = id === event.value.chosen ? null : sealedInterval;
      return sealed === null ? [] : [{ id, views: ["sealed" as const], score: sealed, interval }];
    });
  });
}

/** All comparisons once more, those of many challengers on the same draws as in the run. */
async function recomputeGains(referee: Referee, events: readonly Event[]): Promise<Finding> {
  const check = "gains";
  let count = 0;
  for (const was of valuesOf(events, "compared")) {
    const now = await referee.compare(was.incumbent, was.challenger, was.views);
    if (!isSameComparison(was, now)) return differing(was.incumbent, was.challenger);
    count += 1;
  }
  for (const { incumbent, challengers } of valuesOf(events, "challengers-compared")) {
    const found = await referee.compareAll(incumbent, challengers);
    for (const [index, was] of challengers.entries()) {
      const now = found[index];
      const isEqual =
        now !== undefined &&
        isSameComparison(was, now) &&
        isSame(was.familyProbability, now.familyProbability);
      if (!isEqual) return differing(incumbent, was.id);
      count += 1;
    }
  }
  return { check, ok: true, detail: `${count} recomputed from the stored predictions` };

  function differing(incumbent: string, challenger: string): Finding {
    const detail = `${challenger} against ${incumbent}: not what the journal says`;
    return { check, ok: false, detail };
  }
}

function isSameComparison(was: Comparison, now: Comparison): boolean {
  return (
    isSame(was.gain, now.gain) &&
    isSame(was.standardError, now.standardError) &&
    isSame(was.probability, now.probability)
  );
}

/** Every decision is made once more, by the very function that made it, from what was measured before it. */
function redecide(events: readonly Event[], started: EventValue<"run-started">): Finding {
  const check = "decisions";
  const { acceptance } = started.config as Pick<Config, "acceptance">;
  const decided = valuesOf(events, "decided");
  for (const was of decided) {
    const measured = measuredFacts(events, was, started);
    if (
      !isRuleOf(acceptance, was.rule) ||
      !isDeepStrictEqual({ ...measured, ...decide(measured) }, was)
    )
      return { check, ok: false, detail: `${was.challenger} at ${was.step}: not by the rule` };
  }
  return { check, ok: true, detail: `${decided.length} follow from what was measured` };
}

/** Whether a run with this setting decides by a rule. */
function isRuleOf(acceptance: Config["acceptance"], rule: Decision["rule"]): boolean {
  switch (acceptance) {
    case "expected":
      return rule === "expected-gain";
    case "noise":
      return rule === "not-worse" || rule === "significant-gain";
    case "strict":
      return rule === "score";
  }
}

/** What a decision had to go by, from the scores, comparisons and looks in the journal. */
function measuredFacts(
  events: readonly Event[],
  { accepted: _, why: __, ...facts }: Decision,
  started: EventValue<"run-started">,
): DecisionFacts {
  switch (facts.rule) {
    case "score": {
      const scoreOf = (id: string) =>
        valuesOf(events, "evaluated").find(({ solution }) => solution === id)?.evaluation.score ??
        null;
      const [was, now] = [scoreOf(facts.incumbent), scoreOf(facts.challenger)];
      return { ...facts, gain: gainOf(was, now, started.competition.direction) };
    }
    case "not-worse": {
      const measured = events.find(
        (event) => event.type === "compared" && event.key === `${facts.step}/compared`,
      ) as Event<"compared"> | undefined;
      const { gain, standardError, probability } = measured?.value ?? NOT_MEASURED;
      return { ...facts, gain, standardError, probability };
    }
    case "significant-gain":
    case "expected-gain": {
      const looks = valuesOf(events, "challengers-compared").filter(
        ({ step }) => step === facts.step,
      );
      const rate = rateOfStep(started.config as Config);
      if (looks.length === 0 || !keepToRate(looks, rate)) return { ...facts, ...NOT_MEASURED };
      return facts.rule === "expected-gain"
        ? expectedFacts(events, looks, facts.failed)
        : factsAfter(looks, facts.failed);
    }
  }
}

/** What was never measured shows no gain. */
const NOT_MEASURED = { gain: 0, standardError: Number.NaN, probability: 0, familyProbability: 0 };

async function recomputeCorrection(referee: Referee, events: readonly Event[]): Promise<Finding> {
  const check = "correction";
  const [was] = valuesOf(events, "corrected");
  if (was === undefined) return { check, ok: null, detail: "no score was corrected" };
  const blends = valuesOf(events, "blended").map(({ solution, members, weights }) => ({
    id: solution,
    members,
    weights,
  }));
  const blended = blends.filter(({ id }) => was.solutions.some(({ solution }) => solution === id));
  const scripts = was.solutions
    .map(({ solution }) => solution)
    .filter((id) => !blended.some((blend) => blend.id === id));
  const found = await referee.correct(scripts, blended, was.views);
  const now = new Map(found.solutions.map(({ id, corrected }) => [id, corrected]));
  const wrong = was.solutions.find(
    ({ solution, corrected }) => !isSame(corrected, now.get(solution)),
  );
  return wrong === undefined
    ? {
        check,
        ok: true,
        detail: `${was.solutions.length} scores corrected for ${was.tries} tries again`,
      }
    : {
        check,
        ok: false,
        detail: `${wrong.solution}: ${now.get(wrong.solution)}, the journal says ${wrong.corrected}`,
      };
}

async function recomputeChoice(referee: Referee, events: readonly Event[]): Promise<Finding> {
  const check = "sealed";
  const [intent] = valuesOf(events, "sealed-intended");
  const opened = events.filter((event) => event.type === "sealed-opened");
  const [was] = valuesOf(events, "sealed-opened");
  if (intent === undefined || was === undefined)
    return { check, ok: null, detail: "the sealed holdout was not opened" };
  const announced = events.findIndex((event) => event.type === "sealed-intended");
  const entered = events.findIndex(
    (event) => event.type === "executed" && event.value.view === "sealed",
  );
  if (opened.length !== 1 || (entered !== -1 && entered < announced))
    return {
      check,
      ok: false,
      detail: "the sealed holdout was not opened once, after it was announced",
    };
  const ranked = rankedAgain(events);
  const scored = was.finalists.filter(({ sealed }) => sealed !== null);
  // Asked in the order of the intent, as the run did.
  const wanted = intent.finalists
    .filter(({ solution }) => scored.some((each) => each.solution === solution))
    .map(({ solution: id, expected, spread }) => ({ id, expected, spread }));
  const isRanked = wanted.every(({ id, expected, spread }) => {
    const { mean, spread: own } = ranked(id);
    return isSame(expected, mean) && isSame(spread, own);
  });
  const found = await referee.choose(wanted);
  const chosen = was.finalists.find(({ solution }) => solution === was.chosen);
  const ends = chosen?.sealedInterval ?? [];
  const isEqual =
    isRanked &&
    (found.order[0] ?? was.chosen) === was.chosen &&
    isSame(was.selectionBias, found.selectionBias) &&
    ends.every((end, index) => isSame(end, found.interval?.[index]));
  return isEqual
    ? {
        check,
        ok: true,
        detail: `opened once, for ${intent.finalists.length}; ${was.chosen} chosen again`,
      }
    : {
        check,
        ok: false,
        detail: `${found.order[0]} is chosen, the journal says ${was.chosen}, or its interval differs`,
      };
}

/** Runs of earlier versions have none. */
async function recomputeProjection(referee: Referee, events: readonly Event[]): Promise<Finding[]> {
  const check = "expected score";
  const [was] = valuesOf(events, "score-projected");
  if (was === undefined) return [];
  const { solution, views, halved, sealedInterval } = was;
  const now = await referee.project(solution, views, halved, sealedInterval);
  const ended = valuesOf(events, "run-ended").at(-1)?.sealedInterval ?? null;
  const [low, high] = now.interval;
  const ok =
    isSame(was.score, now.score) &&
    isSame(was.interval[0], low) &&
    isSame(was.interval[1], high) &&
    (ended === null || (ended[0] <= was.interval[0] && was.interval[1] <= ended[1]));
  const detail = `${solution}: recomputed from its sealed score and its learning curve`;
  return [
    { check, ok, detail: ok ? detail : `${solution}: ${now.score}, not what the journal says` },
  ];
}

/** Runs of earlier versions have none. */
async function recomputeDiagnosis(referee: Referee, events: readonly Event[]): Promise<Finding[]> {
  const check = "diagnosis";
  const [was] = valuesOf(events, "diagnosed");
  if (was === undefined) return [];
  const { solution, views, ...rest } = was;
  const ok = isDeepStrictEqual(rest, await referee.diagnose(solution, views));
  const detail = `${solution} against the truth on ${was.rows} rows`;
  return [{ check, ok, detail: ok ? detail : `${detail}: not what the journal says` }];
}

/** What the search expected of a finalist over the script that it kept, which gains nothing over itself. */
function rankedAgain(events: readonly Event[]) {
  const look = valuesOf(events, "challengers-compared").find(({ step }) => step === RANKING);
  const gains = look === undefined ? [] : expectedGains(events, [look]);
  const known = new Map(gains.map(({ measured, posterior }) => [measured.id, posterior]));
  return (id: string) => known.get(id) ?? { mean: 0, spread: 0 };
}

/** Other versions of a library may add in another order. */
const TOLERANCE = 1e-9;

function isSame(was: number, now: number | undefined): boolean {
  return now !== undefined && Math.abs(now - was) <= TOLERANCE * Math.max(1, Math.abs(was));
}
