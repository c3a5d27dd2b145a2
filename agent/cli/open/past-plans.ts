import { RunRefused } from "../../../runs/errors.ts";
import { listRuns, runFiles } from "../../../runs/record/folder.ts";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import { type JudgedPlan, judgedPlans } from "../../../runs/report/across/vetted-plans.ts";

/** Runs that are read, the newest first. */
const MAX_RUNS = 50;

/** Plans of the other runs of a folder that a model judged; a journal that cannot be read tells nothing. */
export async function pastPlans(runsDir: string, own: string | null): Promise<JudgedPlan[]> {
  const runs = (await listRuns(runsDir)).filter(({ id }) => id !== own).slice(0, MAX_RUNS);
  const found: JudgedPlan[] = [];
  for (const { folder } of runs) {
    try {
      found.push(...judgedPlans(await readEvents(runFiles(folder).journal)));
    } catch (error) {
      if (!(error instanceof RunRefused)) throw error;
    }
  }
  return found;
}
