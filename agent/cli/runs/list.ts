import { showScoreOf, showSeconds, showText, showUsd } from "../../../runs/report/formats.ts";
import type { ListRow } from "../../../runs/report/run-list.ts";
import { table } from "../terminal/table.ts";

const HEAD = [
  "run",
  "status",
  "search",
  "sealed",
  "submission",
  "attempts",
  "time",
  "cost",
  "model",
];

/** The list as a table for people. */
export function listLines(rows: readonly ListRow[], runsDir: string): string {
  if (rows.length === 0) return `no runs in ${runsDir}\n`;
  return `${table([HEAD, ...rows.map(cells)]).join("\n")}\n`;
}

function cells({ competition, id, status, summary, problem }: ListRow): string[] {
  const name = `${competition}/${id}`;
  if (summary === null) return [name, status, showText(problem ?? "")];
  const { mode, submitted, searchScore, sealedScore, attempts, seconds, usd, model } = summary;
  const { searchInterval, sealedInterval } = summary;
  const claimed = mode === "self-reported" ? " (self-reported)" : "";
  return [
    name,
    status,
    `${showScoreOf(searchScore, searchInterval)}${claimed}`,
    showScoreOf(sealedScore, sealedInterval),
    submitted?.kind ?? "none",
    String(attempts),
    showSeconds(seconds),
    showUsd(usd),
    model ?? "–",
  ];
}
