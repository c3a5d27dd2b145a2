import type { SplitName } from "../../runs/record/splits.ts";
import type { Trajectory } from "../../runs/report/across/trajectories.ts";

/** A conversation whose last message is what the student learns to say; nothing before it is learned. */
export type Part = {
  /** `answer` where a row has but one. */
  name: string;
  messages: Trajectory["messages"];
};

/** Where a row comes from, and under which terms its text stands. */
export type Provenance = {
  competition: string;
  run: string;
  step: string;
  /** Who wrote it; `playbook` is rule-based. */
  model: string;
  license: string;
};

/** One example of a data set. Its parts are learned in one step, each with the same weight. */
export type Row = {
  id: string;
  role: string;
  split: Exclude<SplitName, "test">;
  provenance: Provenance;
  parts: Part[];
  /** What the referee measured. */
  measured: Measured;
};

export type Measured = {
  /** Improvement of the score, positive where better; null: not scored. */
  gain: number | null;
  /** Standard error of the gain. */
  noise: number | null;
  /** The verifier's, -100 to 100. */
  planScore: number | null;
};

/** What a filter says of a candidate: the row, or why there is none. */
export type Judged = { row: Row } | { dropped: string };

/** The improvement of a call's score in the metric's own unit; null where one of the two is not known. */
export function gainOf({ direction, scoreBefore, scoreAfter }: Trajectory): number | null {
  if (scoreBefore === null || scoreAfter === null) return null;
  return direction === "minimize" ? scoreBefore - scoreAfter : scoreAfter - scoreBefore;
}

/** The terms under which a model's words stand, as far as its name tells. */
export function licenseOf(model: string, named: ReadonlyMap<string, string>): string {
  const given = named.get(model);
  if (given !== undefined) return given;
  if (model === "playbook") return "MIT (mle-star)";
  return "unknown: see the terms of the model";
}

/** A row's identity: the same call gives the same. */
export function rowId({ competition, run, step }: Trajectory, kind: string): string {
  return `${kind}/${competition}/${run}/${step}`;
}

export function provenanceOf(
  trajectory: Trajectory,
  licenses: ReadonlyMap<string, string>,
): Provenance {
  const { competition, run, step, model } = trajectory;
  return { competition, run, step, model, license: licenseOf(model, licenses) };
}
