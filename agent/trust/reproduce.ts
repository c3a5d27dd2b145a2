import type { EventValue } from "../../runs/events/events.ts";
import type { View } from "../../tasks/referee/referee.ts";
import { executeView, searchViews } from "../run/execute.ts";
import type { Run } from "../run/run.ts";
import { forecastSeconds, wallClock } from "../run/seconds.ts";
import type { Solution } from "../solution.ts";
import { drawDisguises, keepsDisguised } from "./disguise.ts";
import { drawOrder } from "./draw.ts";

/**
 * Whether the scripts of a finalist may win: they keep their score in disguise and their predictions come out again, or
 * the budget does not allow to see it, which the submission is marked with.
 */
export async function mayWin(
  run: Run,
  { id, scripts }: { id: string; scripts: readonly Solution[] },
): Promise<boolean> {
  if (run.mode === "self-reported" || run.config.canary === "off") return true;
  // The final runs come after them.
  const final = wallClock(
    scripts.map(({ id: each }) => forecastSeconds(run, each, "final")),
    run.slots.count,
  );
  const once = scripts.map(({ id: each }) => forecastSeconds(run, each, "fold-0"));
  const executions = 2 * scripts.length;
  const drawn = await Promise.all(scripts.map((script) => drawDisguises(run, script)));
  const inDisguise = { executions, seconds: wallClock(once, run.slots.count) + final };
  if (
    drawn.some(({ length }) => length > 0) &&
    (await run.budget.affords(`${id}/disguise`, inDisguise))
  ) {
    const kept = await Promise.all(scripts.map((script) => keepsDisguised(run, script)));
    if (!kept.every(Boolean)) return false;
  }
  // One after the other, since each runs alone.
  const alone = { executions, seconds: once.reduce((sum, each) => sum + each, 0) + final };
  if (!(await run.budget.affords(`${id}/reproduction`, alone))) return true;
  for (const script of scripts) if ((await reproduce(run, script)) === "differs") return false;
  return true;
}

/**
 * Runs a finalist's script once more on a search view, alone and from nothing: what depends on a neighbor that runs at
 * the same time, on what an earlier execution left, on the clock or on luck does not come out again. Scripts without a
 * seed differ a little each time; refused is only, and twice, a loss of more than a fifth of the gain over knowing nothing that is not by
 * chance either (`python/referee/judging/repeated.py`). Null where the budget did not allow it.
 */
async function reproduce(run: Run, solution: Solution): Promise<"reproduced" | "differs" | null> {
  const view = await drawnView(run, solution);
  const first = await runAgain(run, solution, { view, times: 1 });
  if (first !== "differs") return first;
  return runAgain(run, solution, { view, times: 2 });
}

async function runAgain(
  run: Run,
  solution: Solution,
  { view, times }: { view: View; times: number },
) {
  const { id } = solution;
  const again = { ...solution, id: `${id}/again${times > 1 ? `-${times}` : ""}` };
  const outcome = await executeView(run, again, view, { isAlone: true });
  if (outcome === null) return null;
  if (outcome.status !== "scored") return "differs";
  const key = keyOf(id, times);
  const { isLost } = await run.slots.once(key, () =>
    run.journal.step("repeated", key, async () => ({
      solution: id,
      view,
      base: view,
      ...(await run.referee.repeated(id, again.id, view, view)),
    })),
  );
  return isLost ? "differs" : "reproduced";
}

/** What the journal has of it, the last word; null where it was not run. */
export function reproductionOf(run: Run, id: string): EventValue<"repeated"> | null {
  const last = run.journal.recorded("repeated", keyOf(id, 2));
  return last ?? run.journal.recorded("repeated", keyOf(id, 1));
}

/** Drawn when the code is fixed, and journaled before it runs. */
async function drawnView(run: Run, solution: Solution): Promise<View> {
  const { id } = solution;
  const key = `${id}/reproduction-drawn`;
  const drawn = await run.slots.once(key, () =>
    run.journal.step("canary-drawn", key, async () => ({
      solution: id,
      views: drawOrder(run, solution, searchViews(run)).slice(0, 1),
    })),
  );
  return drawn.views[0] ?? "fold-0";
}

function keyOf(id: string, times: number): string {
  return `${id}/reproduced${times > 1 ? `-${times}` : ""}`;
}
