import { RunRefused } from "../../../runs/errors.ts";
import { listRuns, type RunEntry } from "../../../runs/record/folder.ts";
import { runHolder } from "../../../runs/record/lock.ts";
import { showScore, showSeconds, showText, showUsd } from "../../../runs/report/formats.ts";
import { type Summary, summarizeRun } from "../../../runs/report/summary.ts";
import { table } from "../table.ts";

/** One run in the list; `summary` is null and `problem` says why when its journal cannot be read. */
export type ListRow = RunEntry & {
  /** The summary's status, `running` while a process works on it, `unreadable`. */
  status: Summary["status"] | "running" | "unreadable";
  summary: Summary | null;
  problem: string | null;
};

/** All runs below a runs folder, or those of one competition, newest first. */
export async function listRows(runsDir: string, competition: string | null): Promise<ListRow[]> {
  const runs = await listRuns(runsDir);
  const wanted = runs.filter((run) => competition === null || run.competition === competition);
  const rows: ListRow[] = [];
  for (const run of wanted) rows.push(await rowOf(run));
  return rows;
}

/** One run that cannot be read must not hide the others. */
async function rowOf(run: RunEntry): Promise<ListRow> {
  try {
    const summary = await summarizeRun(run.folder);
    const isRunning = (await runHolder(run.folder)) !== null;
    return { ...run, status: isRunning ? "running" : summary.status, summary, problem: null };
  } catch (error) {
    if (!(error instanceof RunRefused)) throw error;
    return { ...run, status: "unreadable", summary: null, problem: error.message };
  }
}

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
  const claimed = mode === "self-reported" ? " (self-reported)" : "";
  return [
    name,
    status,
    `${showScore(searchScore)}${claimed}`,
    showScore(sealedScore),
    submitted?.kind ?? "none",
    String(attempts),
    showSeconds(seconds),
    showUsd(usd),
    model ?? "–",
  ];
}
