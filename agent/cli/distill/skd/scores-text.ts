import type { Estimate } from "../../../distill/intervals.ts";
import type { SkdScore } from "../../../distill/skd/skd-eval.ts";
import { table } from "../../terminal/table.ts";

/** Students beside each other, for people. */
export function scoresText(scores: readonly SkdScore[]): string {
  const withRuns = scores.some(({ ran }) => ran !== null);
  const head = [
    "",
    "rows",
    "recorded answer",
    "divergence",
    "accepted",
    ...(withRuns ? ["ran"] : []),
  ];
  const rows = scores.map(({ who, rows: measured, entropy, divergence, acceptance, ran }) => [
    who,
    String(measured),
    numberText(entropy),
    numberText(divergence),
    shareText(acceptance),
    ...(withRuns ? [ran === null ? "not run" : shareText(ran)] : []),
  ]);
  return `${[
    ...table([head, ...rows]),
    "recorded answer: its cross-entropy; divergence: to the teacher on recorded answers; accepted: share of own tokens that the teacher lets stand; 95 % intervals, competitions drawn anew",
  ].join("\n")}\n`;
}

function numberText(estimate: Estimate): string {
  return estimateText(estimate, (value) => value.toFixed(4));
}

function shareText(estimate: Estimate): string {
  return estimateText(estimate, (value) => `${(100 * value).toFixed(1)} %`);
}

function estimateText({ mean, interval }: Estimate, text: (value: number) => string): string {
  if (mean === null) return "none";
  return interval === null ? text(mean) : `${text(mean)} [${interval.map(text).join(", ")}]`;
}
