import type { Estimate } from "../../../distill/intervals.ts";

/** `33 % [10, 60]`. */
export function estimateText({ mean, interval }: Estimate): string {
  if (mean === null) return "none";
  const percent = (share: number): string => (100 * share).toFixed(0);
  const range = interval === null ? "" : ` [${interval.map(percent).join(", ")}]`;
  return `${percent(mean)} %${range}`;
}
