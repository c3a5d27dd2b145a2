import {
  type DecisionFacts,
  decide,
  factsAfter,
  type Look,
  levelsOf,
  rateOfStep,
} from "../../../agent/trust/decide.ts";
import { expectedFacts } from "../../../agent/trust/expected.ts";
import { normalBelow } from "../../../agent/trust/normal.ts";
import { posteriorOf, shippedPrior } from "../../../agent/trust/posterior.ts";
import type { Event } from "../../../runs/events/events.ts";
import { mean } from "../timing.ts";

/** True gains of mean `center` and spread `spread`, measured with a standard error of 1. */
export type World = { spread: number; center: number };

/** What the rules decide by in a simulated step, and how often tries are made. */
const TRIES = 4;
const STEPS = 4;
/** How sure the family of all tries is to hold no noise. */
const FAMILY = 0.95;

/** Share of the gain of an oracle that a rule keeps, over tracks of four steps of four tries. */
export type Kept = Record<Rule, number>;
export type Rule =
  | "family"
  | "p > .95"
  | "p > .8"
  | "any gain"
  | "posterior, known prior"
  | "expected";

const RULES: readonly Rule[] = [
  "family",
  "p > .95",
  "p > .8",
  "any gain",
  "posterior, known prior",
  "expected",
];

/** Lets every rule choose in the same tracks, through the code that decides in a run. */
export function keptGains(world: World, tracks: number): Kept {
  const random = normals(1);
  const kept = new Map<Rule, number>(RULES.map((rule) => [rule, 0]));
  let oracle = 0;
  for (let track = 0; track < tracks; track++) {
    const tries = Array.from({ length: STEPS }, () =>
      Array.from({ length: TRIES }, () => ({
        gain: world.center + world.spread * random(),
        error: random(),
      })),
    );
    for (const step of tries) oracle += Math.max(0, ...step.map(({ gain }) => gain));
    for (const rule of RULES)
      kept.set(rule, (kept.get(rule) ?? 0) + gainOfTrack(rule, world, tries));
  }
  return Object.fromEntries([...kept].map(([rule, gain]) => [rule, gain / oracle])) as Kept;
}

type Try = { gain: number; error: number };

/** What a rule has gained after a track; errors of all comparisons are independent. */
function gainOfTrack(rule: Rule, world: World, tries: readonly Try[][]): number {
  const past = started();
  let gain = 0;
  for (const [step, each] of tries.entries()) {
    const measured = each.map((one) => one.gain + one.error);
    const look = lookAt(`step-${step}`, measured);
    past.push(eventOf(look));
    const chosen = choose(rule, world, past, look);
    gain += chosen === null ? 0 : (each[chosen]?.gain ?? 0);
  }
  return gain;
}

/** The place of the try that a rule takes; null: none. */
function choose(rule: Rule, world: World, past: readonly Event[], look: Look): number | null {
  switch (rule) {
    case "family":
      return placeOf(look, factsAfter([look], []));
    case "expected":
      return placeOf(look, expectedFacts(past, [look], []));
    case "posterior, known prior": {
      const prior = { mean: world.center, spread: world.spread };
      const expected = look.challengers.map((each) => posteriorOf(each, prior).mean);
      return above(expected, 0);
    }
    case "p > .95":
      return above(
        look.challengers.map(({ gain }) => normalBelow(gain)),
        0.95,
      );
    case "p > .8":
      return above(
        look.challengers.map(({ gain }) => normalBelow(gain)),
        0.8,
      );
    case "any gain":
      return above(
        look.challengers.map(({ gain }) => gain),
        0,
      );
  }
}

function placeOf({ challengers }: Look, facts: DecisionFacts): number | null {
  if (!decide(facts).accepted) return null;
  return challengers.findIndex(({ id }) => id === facts.challenger);
}

function above(values: readonly number[], least: number): number | null {
  const best = values.indexOf(Math.max(...values));
  return (values[best] ?? 0) > least ? best : null;
}

/** One look at tries whose gains were measured with errors of 1. */
function lookAt(step: string, gains: readonly number[]): Look {
  const rate = rateOfStep({ acceptProbability: FAMILY, outerSteps: STEPS });
  return {
    step,
    incumbent: "base",
    level: levelsOf(rate, 1)[0] ?? 0,
    challengers: gains.map((gain, at) => ({
      id: `${step}/attempt-${at + 1}`,
      gain,
      standardError: 1,
      probability: normalBelow(gain),
      familyProbability: normalBelow(gain) ** gains.length,
      views: ["fold-0"],
    })),
  };
}

/** A run whose shipped prior has the spread of the standard error: what a run on some thousand rows is like. */
function started(): Event[] {
  const unit = 1 / shippedPrior("refine", 1).spread;
  const evaluation = { score: unit, interval: [unit, unit], views: ["fold-0"] };
  return [
    {
      type: "run-started",
      key: "run-started",
      value: { constantScores: { search: 0, sealed: 0 } },
    },
    {
      type: "evaluated",
      key: "base/evaluated",
      value: { solution: "base", origin: "init", evaluation },
    },
  ] as unknown as Event[];
}

function eventOf(look: Look): Event {
  const value = structuredClone(look);
  return { type: "challengers-compared", key: `${look.step}/look-1`, value } as unknown as Event;
}

/** Standard normal numbers, the same for the same seed: the polar method of Marsaglia and Bray over a linear congruential generator. */
export function normals(seed: number): () => number {
  let state = BigInt(seed);
  const uniform = () => {
    state = (state * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n) % 2n ** 64n;
    return Number(state >> 11n) / 2 ** 53;
  };
  return () => {
    for (;;) {
      const [x, y] = [2 * uniform() - 1, 2 * uniform() - 1];
      const square = x * x + y * y;
      if (square > 0 && square < 1) return x * Math.sqrt((-2 * Math.log(square)) / square);
    }
  };
}

/** How often and how much tries help, in standard errors of one comparison. */
export const WORLDS: readonly World[] = [
  { spread: 0.5, center: 0 },
  { spread: 1, center: 0 },
  { spread: 1, center: -1 },
  { spread: 1, center: -1.5 },
  { spread: 2, center: 0 },
  { spread: 2, center: -2 },
];

/** Rows of a table: each world, and what each rule keeps of the oracle's gain. */
export function ruleTable(tracks: number): { head: string[]; rows: string[][]; kept: Kept[] } {
  const kept = WORLDS.map((world) => keptGains(world, tracks));
  const rows = WORLDS.map((world, at) => [
    `spread ${world.spread}, mean ${world.center}`,
    ...RULES.map((rule) => (kept[at]?.[rule] ?? Number.NaN).toFixed(2)),
  ]);
  const average = RULES.map((rule) => mean(kept.map((each) => each[rule])).toFixed(2));
  return { head: ["", ...RULES], rows: [...rows, ["mean", ...average]], kept };
}
