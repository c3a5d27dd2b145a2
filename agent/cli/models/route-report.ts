import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { diskError, RunRefused } from "../../../runs/errors.ts";
import { findRun, listRuns, runFiles } from "../../../runs/record/folder.ts";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import { questionOutcomes } from "../../../runs/report/across/member-outcomes.ts";
import { type RouteRow, routeReport } from "../../../runs/report/across/route-report.ts";
import { showCount, showPlural, showUsd } from "../../../runs/report/formats.ts";
import { routeChart } from "../../../runs/report/page/route-chart.ts";
import { table } from "../terminal/table.ts";

/** What was asked of which runs, and what came of it. */
export type RouteReport = { runs: string[]; rows: RouteRow[] };

/** Reads quality against cost of every role from the journals of runs; of none named, from all. Throws `RunRefused`. */
export async function readRouteReport(
  runsDir: string,
  references: readonly string[],
): Promise<RouteReport> {
  const folders =
    references.length === 0
      ? (await listRuns(runsDir)).map(({ folder }) => folder)
      : await Promise.all(references.map((reference) => findRun(runsDir, reference)));
  if (folders.length === 0)
    throw new RunRefused(
      `${runsDir}: no run is there; make one, or name another folder with --runs-dir`,
    );
  const questions = [];
  for (const folder of new Set(folders))
    questions.push(...questionOutcomes(await readEvents(runFiles(folder).journal)));
  return { runs: [...new Set(folders)], rows: routeReport(questions) };
}

const HEAD = ["", "asked", "known", "outcome", "95 %", "tokens", "dollars", "calls", ""];

/** The report as a table for people, a part for each role. */
export function routeText({ runs, rows }: RouteReport): string {
  const roles = [...new Set(rows.map(({ role }) => role))];
  const lines = roles.flatMap((role) => [
    [role],
    ...rows.filter((row) => row.role === role).map(cells),
  ]);
  const notes = [
    `${showPlural(runs.length, "run")}; tokens, dollars and calls of a question, all members together; * none is as good and as cheap`,
    "outcome: 1 where the script of an answer scored better than before, 0.5 where it scored, 0 where it failed",
  ];
  return `${[...table([HEAD, ...lines], (column) => column > 0 && column < 8), ...notes].join("\n")}\n`;
}

function cells(row: RouteRow): string[] {
  const { way, questions, known, outcome, interval, tokens, usd, calls, isOnFront } = row;
  return [
    `  ${way}`,
    String(questions),
    String(known),
    outcome === null ? "–" : outcome.toFixed(2),
    interval === null ? "–" : `${interval[0].toFixed(2)} to ${interval[1].toFixed(2)}`,
    showCount(Math.round(tokens)),
    usd === null ? "–" : showUsd(usd),
    calls.toFixed(1),
    isOnFront === true ? "*" : "",
  ];
}

/** Writes the plot of a report as SVG. */
export async function writeRoutePlot({ rows }: RouteReport, file: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `${routeChart(rows)}\n`);
  } catch (error) {
    throw diskError(error, file);
  }
}
