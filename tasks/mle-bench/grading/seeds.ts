import type { CompetitionReport } from "./report.ts";

/** Shares in percent that a batch is told by, in upstream's order. */
export const SHARES = [
  "submission_exists",
  "valid_submissions",
  "above_median",
  "gold_medal",
  "silver_medal",
  "bronze_medal",
  "any_medal",
] as const;
export type Share = (typeof SHARES)[number];

/** Mean over seeds with the standard error of the mean, and an interval of 1.96 of them. */
export type Averaged = { mean: number; ci_lower: number; ci_upper: number; standard_error: number };

export type Aggregated = {
  seeds: number;
  competitions: number;
  shares: Record<Share, Averaged>;
  /** How many of each a seed has. */
  counts: Record<Share, number[]>;
};

type Told = Pick<
  CompetitionReport,
  | "competition_id"
  | "gold_medal"
  | "silver_medal"
  | "bronze_medal"
  | "above_median"
  | "submission_exists"
  | "valid_submission"
>;

const IS: Readonly<Record<Share, (report: Told) => boolean>> = {
  submission_exists: (report) => report.submission_exists,
  valid_submissions: (report) => report.valid_submission,
  above_median: (report) => report.above_median,
  gold_medal: (report) => report.gold_medal,
  silver_medal: (report) => report.silver_medal,
  bronze_medal: (report) => report.bronze_medal,
  any_medal: (report) => report.gold_medal || report.silver_medal || report.bronze_medal,
};

/**
 * Seeds of one report for each competition, the k-th of each in the k-th: as many as the competition with the fewest
 * has, or with `pad` as the one with the most, holes counted as failures. Throws a `RangeError` where a competition has
 * none and is not padded.
 */
export function completeSeeds(
  reports: readonly Told[],
  ids: readonly string[],
  pad: boolean,
): Told[][] {
  const found = new Map<string, Told[]>(ids.map((id) => [id, []]));
  for (const report of reports) found.get(report.competition_id)?.push(report);
  const counts = [...found.values()].map((each) => each.length);
  const missing = ids.filter((id) => found.get(id)?.length === 0);
  if (missing.length > 0 && !pad) throw new RangeError(`no report of ${missing.join(", ")}`);
  const seeds = pad ? Math.max(0, ...counts) : Math.min(...counts);
  return Array.from({ length: seeds }, (_, seed) =>
    ids.map((id) => found.get(id)?.[seed] ?? failed(id)),
  );
}

/** A competition without a report. */
function failed(id: string): Told {
  return {
    competition_id: id,
    gold_medal: false,
    silver_medal: false,
    bronze_medal: false,
    above_median: false,
    submission_exists: false,
    valid_submission: false,
  };
}

/** Shares of each seed, averaged. */
export function aggregateSeeds(seeds: readonly (readonly Told[])[]): Aggregated {
  const competitions = seeds[0]?.length ?? 0;
  const counts = of((share) => seeds.map((seed) => seed.filter(IS[share]).length));
  return {
    seeds: seeds.length,
    competitions,
    counts,
    shares: of((share) => average(counts[share].map((count) => (100 * count) / competitions))),
  };
}

function of<T>(make: (share: Share) => T): Record<Share, T> {
  return Object.fromEntries(SHARES.map((share) => [share, make(share)])) as Record<Share, T>;
}

/** Mean with the sample standard error (ddof 1); 0 for a single value. */
export function average(values: readonly number[]): Averaged {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const error =
    values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1)) / Math.sqrt(values.length);
  return {
    mean,
    ci_lower: mean - 1.96 * error,
    ci_upper: mean + 1.96 * error,
    standard_error: error,
  };
}
