import * as z from "zod";
import { CompetitionReport } from "./report.ts";

/** A leaderboard of the package, or one that was imported with the data. */
export const BoardSource = z.enum(["official leaderboard", "imported leaderboard"]);
export type BoardSource = z.infer<typeof BoardSource>;

/** What grading found of one job; `report` has medals only where thresholds are known. */
export const GradedJob = z.object({
  job: z.string(),
  competition: z.string(),
  configuration: z.string(),
  seed: z.number(),
  /** Hash of the submission that was graded; null without one. */
  submission: z.string().nullable(),
  path: z.string().nullable(),
  score: z.number().or(z.nan()).nullable(),
  isLowerBetter: z.boolean(),
  /** Who computed the score. */
  grader: z.enum(["official", "own", "none"]),
  /** Where the thresholds are from; null: there are none. */
  thresholds: BoardSource.or(z.literal("bundled table")).nullable(),
  /** Scores of that leaderboard, best first, where there is one. */
  board: z.array(z.number()).nullable(),
  /** Why there is no score, or what a reader should know of it. */
  note: z.string().nullable(),
  report: CompetitionReport.nullable(),
});
export type GradedJob = z.infer<typeof GradedJob>;

/** `grading.json` of a batch. */
export const Grading = z.object({ version: z.literal(1), jobs: z.array(GradedJob) });
export type Grading = z.infer<typeof Grading>;
