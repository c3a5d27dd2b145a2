import type { EventValue } from "../../runs/events/events.ts";
import type { View } from "../../tasks/referee/referee.ts";
import { executeView, searchViews } from "../run/execute.ts";
import type { Run } from "../run/run.ts";
import { forecastSeconds, wallClock } from "../run/seconds.ts";
import type { Solution } from "../solution.ts";
import { drawOrder } from "./draw.ts";

/**
 * Whether the scripts of a finalist may win: their predictions come out again, or the budget does not allow to see it,
 * which the submission is marked with.
 */
export async function mayWin(
  run: Run,
  { id, scripts }: { id: string; scripts: readonly Solution[] },
): Promise<boolean> {
  if (run.mode === "self-reported" || run.config.canary === "off") return true;
  // One after the other, since each runs alone; the final runs come after them.
  const alone = scripts.reduce((sum, { id }) => sum + forecastSeconds(run, id, "fold-0"), 0);
  const final = scripts.map(({ id }) => forecastSeconds(run, id, "final"));
  const seconds = alone + wallClock(final, run.slots.count);
  const need = { executions: 2 * scripts.length, seconds };
  if (!(await run.budget.affords(`${id}/reproduction`, need))) return true;
  for (const script of scripts) if ((await reproduce(run, script)) === "differs") return false;
  return true;
}

/**
 * Runs a finalist's script once more on a search view, alone and from nothing: what depends on a neighbor that runs at
 * the same time, on what an earlier execution left, on the clock or on luck does not come out again. Scripts without a
 * seed differ a little each time; refused is only a loss of more than a fifth of the gain over knowing nothing that is not by
 * chance either (`python/referee/judging/repeated.py`). Null where the budget did not allow it.
 */
async function reproduce(run: Run, solution: Solution): Promise<"reproduced" | "differs" | null> {
  const { id } = solution;
  const view = await drawnView(run, solution);
  const again = againOf(solution);
  const outcome = await executeView(run, again, view, { isAlone: true });
  if (outcome === null) return null;
  if (outcome.status !== "scored") return "differs";
  const { isLost } = await run.slots.once(keyOf(id), () =>
    run.journal.step("repeated", keyOf(id), async () => ({
      solution: id,
      view,
      base: view,
      ...(await run.referee.repeated(id, again.id, view, view)),
    })),
  );
  return isLost ? "differs" : "reproduced";
}

/** What the journal has of it; null where it was not run. */
export function reproductionOf(run: Run, id: string): EventValue<"repeated"> | null {
  return run.journal.recorded("repeated", keyOf(id));
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

function againOf(solution: Solution): Solution {
  return { ...solution, id: `${solution.id}/again` };
}

function keyOf(id: string): string {
  return `${id}/reproduced`;
}
