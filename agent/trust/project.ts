import type { Interval, View } from "../../tasks/referee/referee.ts";
import { wasStopped } from "../run/deadline.ts";
import { executeView, searchViews } from "../run/execute.ts";
import type { Run } from "../run/run.ts";
import { forecastSeconds } from "../run/seconds.ts";
import type { Solution } from "../solution.ts";
import type { Finalist } from "./finalists.ts";

const KEY = "finalize/score-projected";

/**
 * The interval of the score that what was submitted is to be expected to have on the test rows: moved by what more
 * training rows add, widened by how scores change from one stretch of time to the next, and by the draw that test rows
 * are themselves. The interval of its sealed score where none can be had.
 */
export async function projectScore(
  run: Run,
  finalist: Finalist,
  interval: Interval,
): Promise<Interval> {
  if (run.budget.refusedBefore(KEY) !== null) return interval;
  const halved = await measureHalved(run, largestMember(finalist));
  if (!(await run.budget.fits(`${KEY}/room`, { executions: 0, seconds: 1 }))) return interval;
  const { id } = finalist;
  const views = viewsOf(run, id);
  const { signal } = run;
  try {
    const found = await run.journal.step("score-projected", KEY, async () => ({
      solution: id,
      views,
      halved,
      sealedInterval: interval,
      ...(await run.referee.project(id, views, halved, interval)),
    }));
    return found.interval;
  } catch (error) {
    if (await wasStopped(run, KEY, signal, error)) return interval;
    throw error;
  }
}

/** Search views that a solution was scored on: all of them for a blend. */
function viewsOf(run: Run, id: string): View[] {
  const seen = run.journal.recorded("evaluated", `${id}/evaluated`)?.evaluation.views ?? null;
  return searchViews(run).filter((view) => seen === null || seen.includes(view));
}

/** Runs a script on the first fold with half of its training rows: its id, or null where that was not possible. */
async function measureHalved(run: Run, script: Solution | null): Promise<string | null> {
  if (script === null) return null;
  const [view = null] = await run.slots.once("halved", () => run.referee.halved());
  if (view === null) return null;
  const need = { executions: 1, seconds: forecastSeconds(run, script.id, view) };
  if (!(await run.budget.fits(`${KEY}/${view}`, need))) return null;
  const outcome = await executeView(run, script, view);
  return outcome?.status === "scored" ? script.id : null;
}

/** The script itself, or the member that weighs most in a blend: its learning curve stands for that of the others. */
function largestMember({ scripts, blend }: Finalist): Solution | null {
  if (blend === null) return scripts[0] ?? null;
  const weightOf = (id: string) => blend.weights[blend.members.indexOf(id)] ?? 0;
  const [largest = null] = [...scripts].sort((a, b) => weightOf(b.id) - weightOf(a.id));
  return largest;
}
