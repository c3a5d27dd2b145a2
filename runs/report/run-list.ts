import { RunRefused } from "../errors.ts";
import { listRuns, type RunEntry } from "../record/folder.ts";
import { runHolder } from "../record/lock.ts";
import { type Summary, summarizeRun } from "./summary.ts";

/** One run in a list; `summary` is null and `problem` says why when its journal cannot be read. */
export type ListRow = RunEntry & {
  /** The summary's status, `running` while a process works on it, `unreadable`. */
  status: Summary["status"] | "running" | "unreadable";
  summary: Summary | null;
  problem: string | null;
};

/** All runs below a runs folder, or those of one competition, newest first. */
export async function listRows(
  runsDir: string,
  competition: string | null,
  summaryOf: (run: RunEntry) => Promise<Summary> = ({ folder }) => summarizeRun(folder),
): Promise<ListRow[]> {
  const runs = await listRuns(runsDir);
  const wanted = runs.filter((run) => competition === null || run.competition === competition);
  const rows: ListRow[] = [];
  for (const run of wanted) rows.push(await rowOf(run, summaryOf));
  return rows;
}

/** One run that cannot be read must not hide the others. */
async function rowOf(
  run: RunEntry,
  summaryOf: (run: RunEntry) => Promise<Summary>,
): Promise<ListRow> {
  try {
    const summary = await summaryOf(run);
    const isRunning = (await runHolder(run.folder)) !== null;
    return { ...run, status: isRunning ? "running" : summary.status, summary, problem: null };
  } catch (error) {
    if (!(error instanceof RunRefused)) throw error;
    return { ...run, status: "unreadable", summary: null, problem: error.message };
  }
}
