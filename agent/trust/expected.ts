import { type Event, type EventValue, valuesOf } from "../../runs/events/events.ts";
import type { Origin } from "../../runs/events/solutions.ts";
import type { GainKind } from "../../runs/events/trust.ts";
import type { ChallengerComparison } from "../../tasks/referee/referee.ts";
import type { DecisionFacts, Look } from "./decide.ts";
import {
  fitPrior,
  type Measured,
  type Posterior,
  type Prior,
  posteriorOf,
  shippedPrior,
} from "./posterior.ts";

/*
 * Which gain is expected of each challenger of a step, as pure functions of the journal: of what stood in it before
 * the step's first look, and of the step's own looks. What other tracks add meanwhile changes nothing.
 */

/** Challengers that are run again at a time: each costs as much as a new attempt. A choice of ours. */
const MAX_CONTENDERS = 3;
/** So sure a leader without a rival need not be run again: a choice of ours. */
const SURE = 0.9;
/** Standard errors of its score that an incumbent is taken to be better than a constant, where nobody knows what that scores. */
const ASSUMED_ERRORS = 20;
/** Width of a 95 % interval in standard errors. */
const WIDTH_95 = 2 * 1.96;

/** A challenger with what is expected of it. */
export type Expected = {
  measured: Look["challengers"][number];
  kind: GainKind;
  prior: Prior;
  posterior: Posterior;
};

/** The challengers of a step's last look, the largest expected gain first; the earliest of equals. */
export function expectedGains(events: readonly Event[], looks: readonly Look[]): Expected[] {
  const last = lastOf(looks);
  const kindOf = kindsIn(events);
  const errors = last.challengers.map(({ standardError }) => standardError);
  const unit = Math.max(unitOf(events, last.incumbent), ...errors);
  const attempts = [...attemptsBefore(events, last.step), ...last.challengers];
  const priors = new Map<GainKind, Prior>();
  const priorOf = (kind: GainKind): Prior => {
    const known = priors.get(kind) ?? fitPrior(shippedPrior(kind, unit), ofKind(attempts, kind));
    priors.set(kind, known);
    return known;
  };
  const ofKind = (all: readonly ChallengerComparison[], kind: GainKind): Measured[] =>
    all.filter(({ id }) => kindOf(id) === kind);
  const found = last.challengers.map((measured) => {
    const kind = kindOf(measured.id);
    const prior = priorOf(kind);
    return { measured, kind, prior, posterior: posteriorOf(measured, prior) };
  });
  return found.sort((a, b) => b.posterior.mean - a.posterior.mean);
}

/** The gain that is expected of one change by what was measured of it and the shipped prior of its kind. */
export function expectedOf(
  events: readonly Event[],
  incumbent: string,
  measured: Measured,
  kind: GainKind,
): number {
  const unit = Math.max(unitOf(events, incumbent), measured.standardError);
  return posteriorOf(measured, shippedPrior(kind, unit)).mean;
}

/** What a step decides by after its looks, where the search goes by expected gains. */
export function expectedFacts(
  events: readonly Event[],
  looks: readonly Look[],
  failed: readonly string[],
): DecisionFacts {
  const { step, incumbent, level } = lastOf(looks);
  const all = expectedGains(events, looks);
  const [best] = all.filter(({ measured }) => !failed.includes(measured.id));
  const leader = best ?? all[0];
  if (leader === undefined) throw new Error("a decision without challengers");
  const { measured, kind, prior, posterior } = leader;
  return {
    rule: "expected-gain",
    step,
    incumbent,
    challenger: measured.id,
    gain: measured.gain,
    standardError: measured.standardError,
    kind,
    prior,
    expected: posterior.mean,
    probability: posterior.probability,
    familyProbability: measured.familyProbability,
    level,
    failed: [...failed],
  };
}

/**
 * Challengers that further rows may change the choice between: they have run on every view so far, and a standard
 * deviation more would make them the best. None where the leader is sure and alone, or where no gain is in sight.
 */
export function contendersOf(events: readonly Event[], looks: readonly Look[]): string[] {
  const all = expectedGains(events, looks);
  const best = Math.max(0, all[0]?.posterior.mean ?? 0);
  const most = Math.max(...all.map(({ measured }) => measured.views.length));
  const near = all
    .filter(({ measured }) => measured.views.length === most)
    .filter(({ posterior }) => posterior.spread > 0 && posterior.mean + posterior.spread >= best)
    .slice(0, MAX_CONTENDERS);
  const [only, ...others] = near;
  if (only !== undefined && others.length === 0 && only.posterior.probability >= SURE) return [];
  return near.map(({ measured }) => measured.id);
}

/** The last measurements of all steps that were looked at before this one's first look. */
function attemptsBefore(events: readonly Event[], step: string): ChallengerComparison[] {
  const lasts = new Map<string, ChallengerComparison[]>();
  for (const event of events) {
    if (event.type !== "challengers-compared") continue;
    if (event.value.step === step) break;
    lasts.set(event.value.step, event.value.challengers);
  }
  return [...lasts.values()].flat();
}

function kindsIn(events: readonly Event[]): (id: string) => GainKind {
  const origins = new Map<string, Origin>();
  for (const event of events) {
    if (event.type === "evaluated") origins.set(event.value.solution, event.value.origin);
    if (event.type === "blended") origins.set(event.value.solution, "blend");
  }
  return (id) => kindOf(origins.get(id) ?? "refine");
}

function kindOf(origin: Origin): GainKind {
  switch (origin) {
    case "ablation":
    case "merge":
    case "ensemble":
      return origin;
    case "blend":
      return "ensemble";
    case "init":
    case "refine":
    case "replacement":
    case "submission":
      return "refine";
    case "data-usage":
    case "seed":
      return "tuning";
  }
}

/** By how much the incumbent is better than a constant, in the metric's unit: the scale that gains are known on. */
function unitOf(events: readonly Event[], incumbent: string): number {
  const isOf = ({ solution }: EventValue<"evaluated">) => solution === incumbent;
  const evaluation = valuesOf(events, "evaluated").find(isOf)?.evaluation;
  const score = evaluation?.score ?? null;
  const constant = valuesOf(events, "run-started")[0]?.constantScores?.search ?? null;
  const [low, high] = evaluation?.interval ?? [0, 0];
  const error = (high - low) / WIDTH_95;
  if (score === null || constant === null) return ASSUMED_ERRORS * error;
  return Math.max(Math.abs(score - constant), error);
}

function lastOf(looks: readonly Look[]): Look {
  const last = looks.at(-1);
  if (last === undefined) throw new Error("a decision without a look at the challengers");
  return last;
}
