import type { Thresholds } from "../events/events.ts";
import { showScore, showScoreWithin, showText } from "./formats.ts";
import type { Summary } from "./summary.ts";

/** Most thresholds that are told; a task.yaml may name any number. */
const MAX_SCORES = 12;

type Placed = Pick<
  Summary,
  "thresholds" | "direction" | "sealedScore" | "sealedInterval" | "searchScore" | "searchInterval"
>;

/** Where a run's score stands among the thresholds that are known, in a sentence; null without thresholds or score. */
export function thresholdWords(summary: Placed): string | null {
  const { thresholds, direction, sealedScore, searchScore } = summary;
  const isSealed = sealedScore !== null;
  const score = sealedScore ?? searchScore;
  if (thresholds === null || score === null) return null;
  const interval = isSealed ? summary.sealedInterval : summary.searchInterval;
  const reaches = (value: number, threshold: number) =>
    direction === "minimize" ? value <= threshold : value >= threshold;
  const ordered = bestFirst(thresholds, direction === "minimize");
  const names = (all: readonly [string, number][]) =>
    all.map(([name, value]) => `${showText(name, 40)} (${showScore(value)})`).join(", ");
  const reached = ordered.filter(([, threshold]) => reaches(score, threshold));
  const missed = ordered.filter(([, threshold]) => !reaches(score, threshold));
  const open = ordered.filter(([, threshold]) => isWithin(threshold, interval));
  const parts = [
    reached.length === 0 ? "it reaches none" : `it reaches ${names(reached)}`,
    missed.length === 0 ? null : `${reached.length === 0 ? "of" : "not"} ${names(missed)}`,
  ].filter((part) => part !== null);
  const doubt =
    open.length === 0
      ? ""
      : `; its interval does not decide about ${open.map(([name]) => showText(name, 40)).join(", ")}`;
  const shown = showScoreWithin(score, interval);
  return `the ${isSealed ? "sealed" : "search"} score ${shown} beside ${showText(thresholds.source, 80)}: ${parts.join(reached.length === 0 ? " " : ", ")}${doubt}`;
}

function bestFirst({ scores }: Thresholds, isLowerBetter: boolean): [string, number][] {
  const sign = isLowerBetter ? 1 : -1;
  return Object.entries(scores)
    .sort(([, a], [, b]) => sign * (a - b))
    .slice(0, MAX_SCORES);
}

function isWithin(threshold: number, interval: readonly [number, number] | null): boolean {
  return interval !== null && threshold > interval[0] && threshold < interval[1];
}
