import type { Thresholds } from "../table.ts";

/** Where the thresholds stand on a leaderboard, from 1 on. */
export type Positions = { gold: number; silver: number; bronze: number };

/** Positions of the last medals among `teams` rows, by Kaggle's rules as MLE-bench has them. */
export function medalPositions(teams: number): Positions {
  if (!Number.isInteger(teams) || teams < 1) throw new RangeError(`a board of ${teams} rows`);
  const share = (part: number) => Math.max(1, Math.floor(teams * part));
  if (teams < 100) return { gold: share(0.1), silver: share(0.2), bronze: share(0.4) };
  if (teams < 250) return { gold: 10, silver: share(0.2), bronze: share(0.4) };
  const gold = 10 + Math.floor(teams * 0.002);
  if (teams < 1000) return { gold, silver: 50, bronze: 100 };
  return { gold, silver: share(0.05), bronze: share(0.1) };
}

/** A leaderboard by its scores, best first. */
export type Board = { isLowerBetter: boolean; thresholds: Thresholds };

/**
 * Thresholds and direction of a board. The direction is that of the first row against the last one; where both are
 * equal, more is better.
 */
export function readBoard(scores: readonly number[]): Board {
  const { gold, silver, bronze } = medalPositions(scores.length);
  const at = (position: number): number => scores[position - 1] ?? Number.NaN;
  return {
    isLowerBetter: at(1) < at(scores.length),
    thresholds: {
      gold: at(gold),
      silver: at(silver),
      bronze: at(bronze),
      median: medianOf(scores),
    },
  };
}

function medianOf(scores: readonly number[]): number {
  const sorted = [...scores].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

export type Medal = "gold" | "silver" | "bronze";

/** What a score earns. */
export type Earned = { medal: Medal | null; isAboveMedian: boolean };

/**
 * The best medal whose threshold the score reaches, a tie included, and whether it is strictly better than the median.
 * No score, or one that is no number, earns nothing.
 */
export function earned(score: number | null, { isLowerBetter, thresholds }: Board): Earned {
  if (score === null) return { medal: null, isAboveMedian: false };
  const reaches = (threshold: number) => (isLowerBetter ? score <= threshold : score >= threshold);
  const { gold, silver, bronze, median } = thresholds;
  const medals = [
    ["gold", gold],
    ["silver", silver],
    ["bronze", bronze],
  ] as const;
  const medal = medals.find(([, threshold]) => reaches(threshold))?.[0] ?? null;
  return { medal, isAboveMedian: isLowerBetter ? score < median : score > median };
}

/** How much a score lacks to bronze, 0 or less where it reaches it; null without a number. */
export function distanceToBronze(score: number | null, { isLowerBetter, thresholds }: Board) {
  if (score === null || Number.isNaN(score)) return null;
  return isLowerBetter ? score - thresholds.bronze : thresholds.bronze - score;
}

/** The share of a board's rows that a score is better than or equal to, in percent. */
export function percentileOn(
  scores: readonly number[],
  score: number,
  isLowerBetter: boolean,
): number {
  const better = scores.filter((each) => (isLowerBetter ? each < score : each > score)).length;
  return (100 * (scores.length - better)) / scores.length;
}

/**
 * The percentile where only thresholds are known: straight lines between the positions of gold, silver, bronze and
 * median on a board of `teams` rows. Below the median it is only known that it is.
 */
export function estimatedPercentile(
  score: number,
  { isLowerBetter, thresholds }: Board,
  teams: number | null,
): number | null {
  if (teams === null) return null;
  const { gold, silver, bronze } = medalPositions(teams);
  const places: [number, number][] = [
    [thresholds.gold, gold],
    [thresholds.silver, silver],
    [thresholds.bronze, bronze],
    [thresholds.median, teams / 2],
  ];
  const sign = isLowerBetter ? 1 : -1;
  const worse = (threshold: number) => sign * (score - threshold) > 0;
  const next = places.findIndex(([threshold]) => !worse(threshold));
  if (next === -1) return null;
  const [low, lowPlace] = places[next] ?? [0, 0];
  const [high, highPlace] = places[next - 1] ?? [low, 1];
  const share = low === high ? 0 : (score - low) / (high - low);
  const place = lowPlace + share * (highPlace - lowPlace);
  return (100 * (teams - place + 1)) / teams;
}
