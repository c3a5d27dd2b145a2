import { type Metric, perfectScore } from "../tasks/competition.ts";
import type { Run } from "./run/run.ts";
import type { Evaluation } from "./solution.ts";

/** A gain of more standard errors than this, */
const ERRORS = 5;
/** that takes more than this share of the way to a perfect score, is no usual one. */
const LEAP = 0.5;
/** Nearer to perfect than this, in units of the metric's range, is hard to believe too. */
const NEAR = 0.002;

/** Why a score should not be believed before the canary was heard; null: it is an ordinary one. */
export function suspicionOf(
  run: Run,
  evaluation: Pick<Evaluation, "score" | "interval">,
  parentScore: number | null,
): string | null {
  const { score, interval } = evaluation;
  if (score === null) return null;
  const { metric } = run.competition;
  const left = missing(metric, score);
  if (left !== null && left <= NEAR * rangeOf(run)) return `a score of ${score} is nearly perfect`;
  if (parentScore === null || interval === null) return null;
  const gain = metric.direction === "maximize" ? score - parentScore : parentScore - score;
  const error = (interval[1] - interval[0]) / (2 * 1.96);
  const whole = missing(metric, parentScore) ?? Math.abs(parentScore);
  if (gain <= ERRORS * error || gain <= LEAP * whole) return null;
  return `a gain of ${short(gain)} over ${short(parentScore)} is more than ${ERRORS} standard errors and more than half of the way to perfect`;
}

/** How far a score is from perfect; null where nobody knows what perfect is. */
function missing(metric: Metric, score: number): number | null {
  const perfect = perfectScore(metric.name);
  return perfect === null ? null : Math.abs(perfect - score);
}

/** What one unit of the metric is: the target's range for errors in its own unit, else 1 (percentages 100). */
function rangeOf(run: Run): number {
  const { name } = run.competition.metric;
  if (name === "smape") return 100;
  const { target } = run.brief.profile;
  return (name === "rmse" || name === "mae") && target !== null ? target.max - target.min : 1;
}

function short(value: number): string {
  return Number(value.toPrecision(4)).toString();
}
