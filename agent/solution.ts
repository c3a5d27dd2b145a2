import type { Blend, View } from "../tasks/referee/referee.ts";

export type Origin =
  | "init"
  | "merge"
  | "data-usage"
  | "ablation"
  | "refine"
  /** What a repair came to that left the model for another one. */
  | "replacement"
  | "ensemble"
  | "blend"
  | "submission";

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

export type Status =
  | "scored"
  | "failed"
  | "timed-out"
  | "out-of-memory"
  | "invalid-submission"
  | "leaky";

/** What the leak defence could say of a script before it ran; `unchecked`: no verdict could be had. */
export type Leakage = "clean" | "not-asked" | "unchecked" | "suspected";

/** Something that a rule or the model saw in a script. */
export type LeakFinding = { line: number; code: string; rule: string; why: string };

/** What the harness found out about a solution. A score is a finite number or null, never a sentinel. */
export type Evaluation = {
  status: Status;
  score: number | null;
  interval: [number, number] | null;
  /** Views the score pools. */
  views: View[];
  /** Wall clock of the executions, in seconds. */
  seconds: number;
  executions: number;
  /** Why there is no score: last lines of the traceback, the referee's reason, the leak found. */
  reason: string | null;
  /** Input files the script opened. */
  opened: string[];
  /** Times the debugger rewrote it. */
  fixes: number;
  warning: string | null;
  /** Null in journals of earlier versions. */
  leakage: Leakage | null;
};

/** A solution with its evaluation and the commit it stands in. */
export type Evaluated = { solution: Solution; evaluation: Evaluation; commit: string };

/** What planners are told was tried: the plan, or what a repair made of it instead. */
export function triedPlan(plan: string, evaluated: Evaluated | null): string {
  const { origin, plan: instead } = evaluated?.solution ?? { origin: null, plan: null };
  return origin === "replacement" && instead !== null ? instead : plan;
}

/** A model found for the task, with code that shows how to call it (spec §2.1). */
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

/** One variant of an ablation: the same script with one block changed (spec §0 line 6). */
export type Variant = {
  block: string;
  what: string;
  status: Status;
  score: number | null;
  /** Loss against the baseline in the metric's good direction; positive: the block helps. Null when unscored. */
  importance: number | null;
  standardError: number | null;
  seconds: number;
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
  /** Of the sealed score, the luck of being chosen accounted for. */
  sealedInterval: [number, number] | null;
  /** The search score without the luck of the best of many, and of how many. */
  correctedScore: number | null;
  tries: number | null;
};

/** What competes with the tracks: planned ensembles (scripts) and numeric blends of banked predictions. */
export type Ensembles = { planned: Evaluated[]; blends: Blend[] };
