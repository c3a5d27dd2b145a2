import type { Blend } from "../runs/events/scoring.ts";
import type { Evaluation, Origin, Status } from "../runs/events/solutions.ts";

export type {
  Evaluation,
  Leakage,
  LeakFinding,
  Origin,
  Status,
  Variant,
} from "../runs/events/solutions.ts";

/** One Python script with its provenance. `id` is its place in the algorithm: `track-1/refine-2/attempt-3`. */
export type Solution = {
  id: string;
  code: string;
  /** Id of the solution it came from. */
  parent: string | null;
  origin: Origin;
  track: string | null;
  /** The plan that led to it, or the model card's name. */
  plan: string | null;
};

/** A solution with its evaluation and the commit it stands in. */
export type Evaluated = { solution: Solution; evaluation: Evaluation; commit: string };

/** What planners read was tried: the plan, or what a repair made of it instead. */
export function triedPlan(plan: string, evaluated: Evaluated | null): string {
  const { origin, plan: instead } = evaluated?.solution ?? { origin: null, plan: null };
  return origin === "replacement" && instead !== null ? instead : plan;
}

/** Cards asked for beyond those that are wanted, so that what does not run can be passed over. */
export const SPARE_CARDS = 2;

/** A model found for the task, with code that shows how to call it. */
export type ModelCard = {
  modelName: string;
  exampleCode: string;
  /** Model family, for diversity between tracks: "gradient-boosting", "linear" … */
  family: string;
  why: string;
  sources: string[];
};

/** Where a card comes from: a page that was seen, or an entry of the catalogue. */
export type CardSource = {
  url: string;
  title: string;
  /** Hash of the text as it was seen; null where only the provider of a model saw it. */
  sha256: string | null;
  license: string | null;
};

/** What a run of the card's example on a few rows said. */
export type CardProbe = { imports: boolean; ran: boolean; said: string };

/** A card that was chosen, with what speaks for it. */
export type ChosenCard = ModelCard & {
  origin: "catalogue" | "model" | "user";
  /** What its example imports, `lightgbm 4.7.0`; null where that is not installed or nothing is imported. */
  library: string | null;
  /** What training it costs, by the catalogue's entry of its family: seconds, minutes or hours; null where there is none. */
  cost: string | null;
  /** Its claimed sources that were really seen; empty: nothing but the model's word. */
  seen: CardSource[];
  /** Null: not tried, as with entries of the catalogue, whose examples the tests run. */
  probe: CardProbe | null;
};

/** One try at a plan, as the planners see it. */
export type Attempt = {
  plan: string;
  status: Status;
  score: number | null;
  seconds: number;
};

/** How a run ended, for the last line of its journal. */
export type Finished = {
  /** The solution whose submission stands. */
  solution: string | null;
  searchScore: number | null;
  sealedScore: number | null;
  /** Of the sealed score, the selection bias of being chosen accounted for. */
  sealedInterval: [number, number] | null;
  /** The search score without the selection bias of the best of many, and of how many. */
  correctedScore: number | null;
  tries: number | null;
};

/** What competes with the tracks: planned ensembles (scripts) and numeric blends of banked predictions. */
export type Ensembles = { planned: Evaluated[]; blends: Blend[] };
