import { MINIMIZED } from "../../tasks/competition.ts";

/** What a run scored on rows that its search has not seen, and what one prediction for all rows scores there. */
export type Scored = { metric: string; score: number | null; constant: number | null };

/**
 * A score as skill: 0 where it is no better than a constant, 1 at the best that its metric has, so that competitions of
 * different metrics have one mean. A run without a score is worth 0. Null where the best of a metric is not known, or
 * what a constant scores.
 */
export function skillOf({ metric, score, constant }: Scored): number | null {
  if (metric === "custom") return null;
  if (score === null) return 0;
  if (constant === null) return null;
  const best = MINIMIZED.some((name) => name === metric) ? 0 : 1;
  // A constant that is perfect leaves nothing to gain.
  const room = best - constant;
  const skill = room === 0 ? 0 : (score - constant) / room;
  return Math.min(1, Math.max(0, skill));
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}
