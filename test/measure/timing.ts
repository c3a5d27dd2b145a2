import { availableParallelism, loadavg } from "node:os";

/** What was measured: rows for a person, the same as data for a program. */
export type Report = { title: string; table: string[][]; notes: string[]; data: unknown };

/** Seconds on a clock that never jumps. */
export function now(): number {
  return performance.now() / 1000;
}

/** The middle of some numbers; of an even count, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}

/** The mean of some numbers. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}

/** The mean of paired differences with its 95 % interval. */
export function gainText(gains: readonly number[]): string {
  if (gains.length < 2) return "–";
  const middle = mean(gains);
  const spread = gains.reduce((sum, each) => sum + (each - middle) ** 2, 0);
  const error = Math.sqrt(spread / (gains.length - 1) / gains.length);
  return `${middle.toFixed(4)} ± ${(1.96 * error).toFixed(4)} (${gains.length} pairs)`;
}

/** A share as a percentage with two digits. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

/** A report as text: columns aligned, the first row as head, notes below. */
export function reportText({ title, table, notes }: Report): string {
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((row) => (row[column] ?? "").length)),
  );
  const lines = table.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
  return [title, "", ...lines, "", ...notes, loadNote(), ""].join("\n");
}

/** Times say little where others use the machine: the load belongs beside them. */
function loadNote(): string {
  const [lately = 0] = loadavg();
  return `load average ${lately.toFixed(1)} on ${availableParallelism()} cores; above that count, times are too long`;
}
