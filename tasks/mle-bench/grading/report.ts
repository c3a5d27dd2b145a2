import * as z from "zod";
import { type Board, earned } from "./medals.ts";

/** The report of one submission, in the fields and the order of upstream. A score may be NaN. */
export const CompetitionReport = z.object({
  competition_id: z.string(),
  score: z.number().or(z.nan()).nullable(),
  gold_threshold: z.number(),
  silver_threshold: z.number(),
  bronze_threshold: z.number(),
  median_threshold: z.number(),
  any_medal: z.boolean(),
  gold_medal: z.boolean(),
  silver_medal: z.boolean(),
  bronze_medal: z.boolean(),
  above_median: z.boolean(),
  submission_exists: z.boolean(),
  valid_submission: z.boolean(),
  is_lower_better: z.boolean(),
  created_at: z.string(),
  submission_path: z.string(),
});
export type CompetitionReport = z.infer<typeof CompetitionReport>;

/** Sums over reports, in upstream's order. */
export type AggregateReport = {
  total_runs: number;
  total_runs_with_submissions: number;
  total_valid_submissions: number;
  total_medals: number;
  total_gold_medals: number;
  total_silver_medals: number;
  total_bronze_medals: number;
  total_above_median: number;
  competition_reports: CompetitionReport[];
};

/** The report of a submission by its score; `score` is null where there is none or it is not valid. */
export function reportOf(
  graded: { id: string; score: number | null; exists: boolean; path: string | null; at: string },
  board: Board,
): CompetitionReport {
  const { id, score, exists, path, at } = graded;
  const { medal, isAboveMedian } = earned(score, board);
  const { gold, silver, bronze, median } = board.thresholds;
  return {
    competition_id: id,
    score,
    gold_threshold: gold,
    silver_threshold: silver,
    bronze_threshold: bronze,
    median_threshold: median,
    any_medal: medal !== null,
    gold_medal: medal === "gold",
    silver_medal: medal === "silver",
    bronze_medal: medal === "bronze",
    above_median: isAboveMedian,
    submission_exists: exists,
    valid_submission: score !== null,
    is_lower_better: board.isLowerBetter,
    created_at: at,
    submission_path: path ?? "None",
  };
}

export function aggregate(reports: readonly CompetitionReport[]): AggregateReport {
  const count = (is: (report: CompetitionReport) => boolean) => reports.filter(is).length;
  return {
    total_runs: reports.length,
    total_runs_with_submissions: count((report) => report.submission_exists),
    total_valid_submissions: count((report) => report.valid_submission),
    total_medals: count((report) => report.any_medal),
    total_gold_medals: count((report) => report.gold_medal),
    total_silver_medals: count((report) => report.silver_medal),
    total_bronze_medals: count((report) => report.bronze_medal),
    total_above_median: count((report) => report.above_median),
    competition_reports: [...reports],
  };
}

/** Local time with microseconds and without a zone, as Python's `datetime.now().isoformat()` writes it. */
export function isoLocal(now: Date): string {
  const local = new Date(now.getTime() - now.getTimezoneOffset() * 60_000);
  return `${local.toISOString().slice(0, -1)}000`;
}
