import { Float, pythonJson } from "./python-json.ts";
import type { AggregateReport, CompetitionReport } from "./report.ts";

const FLOATS = [
  "score",
  "gold_threshold",
  "silver_threshold",
  "bronze_threshold",
  "median_threshold",
];

/** A grading report as upstream's `json.dump(report, f, indent=2)` writes it. */
export function gradingReportText(report: AggregateReport): string {
  const { competition_reports, ...sums } = report;
  return pythonJson({ ...sums, competition_reports: competition_reports.map(withFloats) }, 2);
}

/** One report, with the numbers that Python holds as floats. */
function withFloats(report: CompetitionReport): Record<string, unknown> {
  const marked = Object.entries(report).map(([key, value]) => [
    key,
    FLOATS.includes(key) && typeof value === "number" ? new Float(value) : value,
  ]);
  return Object.fromEntries(marked);
}

/** A line of `submission.jsonl`. */
export type SubmissionLine = {
  competition_id: string;
  submission_path: string | null;
  logs_path: string | null;
  code_path: string | null;
};

export function submissionsText(lines: readonly SubmissionLine[]): string {
  return lines.map((line) => `${pythonJson(line, null)}\n`).join("");
}

/** `metadata.json` of a run group. */
export type Metadata = {
  run_group: string;
  created_at: string;
  runs: Record<string, { success: boolean }>;
};

export function metadataText(metadata: Metadata): string {
  return pythonJson(metadata, 4);
}

/** `run_group_experiments.csv`: which groups are the seeds of an experiment. */
export function experimentsText(pairs: readonly { experiment: string; group: string }[]): string {
  const lines = pairs.map(({ experiment, group }) => `${experiment},${group}`);
  return `${["experiment_id,run_group", ...lines].join("\n")}\n`;
}

/** Upstream's time stamp: `2026-11-29T18-10-00-GMT`. */
export function upstreamTimestamp(now: Date): string {
  return `${now.toISOString().slice(0, 19).replaceAll(":", "-")}-GMT`;
}
