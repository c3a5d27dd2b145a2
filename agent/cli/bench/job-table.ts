import type { Standing } from "../../../runs/batch/frontier.ts";
import { summaryOf } from "../../../runs/batch/spent.ts";
import { showScoreOf, showSeconds, showUsd } from "../../../runs/report/formats.ts";
import { table } from "../terminal/table.ts";

/** A job as the table of a batch shows it. */
export type JobRow = {
  job: string;
  state: string;
  why: string | null;
  tries: number;
  metric: string | null;
  searchScore: number | null;
  searchInterval: [number, number] | null;
  sealedScore: number | null;
  sealedInterval: [number, number] | null;
  mode: string | null;
  submission: string | null;
  seconds: number;
  usd: number | null;
  tokens: number;
};

/** What every job has come to, from the summaries of their runs. */
export async function jobRows(standings: readonly Standing[]): Promise<JobRow[]> {
  return Promise.all(
    standings.map(async ({ job, state, attempts }) => {
      const summary = attempts === 0 ? null : await summaryOf(job, state.kind === "done");
      return {
        job: job.id,
        state: state.kind,
        why: "why" in state ? state.why : null,
        tries: attempts,
        metric: summary?.metric ?? null,
        searchScore: summary?.searchScore ?? null,
        searchInterval: summary?.searchInterval ?? null,
        sealedScore: summary?.sealedScore ?? null,
        sealedInterval: summary?.sealedInterval ?? null,
        mode: summary?.mode ?? null,
        submission: summary?.submission ?? null,
        seconds: summary?.seconds ?? 0,
        usd: summary === null ? 0 : summary.usd,
        tokens: summary?.tokens ?? 0,
      };
    }),
  );
}

const HEAD = ["job", "state", "tries", "metric", "search", "sealed", "time", "cost", "why"];

export function jobTable(rows: readonly JobRow[]): string {
  const cells = rows.map((row) => [
    row.job,
    row.state,
    String(row.tries),
    row.metric ?? "–",
    `${showScoreOf(row.searchScore, row.searchInterval)}${row.mode === "self-reported" ? " (self-reported)" : ""}`,
    showScoreOf(row.sealedScore, row.sealedInterval),
    showSeconds(row.seconds),
    showUsd(row.usd),
    row.why ?? "",
  ]);
  return `${table([HEAD, ...cells]).join("\n")}\n`;
}
