import type { Repaired } from "../../../runs/events/solutions.ts";
import { errorOf, fitOf } from "../../memory/error-key.ts";
import type { Evaluated } from "../../solution.ts";
import type { Run } from "../run.ts";

/** Repairs that a debugger is shown, and lines of each, gone and come. */
const MAX_REPAIRS = 3;
const MAX_LINES = 12;

/**
 * How failures of the same kind (the class of the exception, and the package that raised it) were mended earlier in
 * this run, on all tracks, the best fitting first. Which track is ahead is chance: it is journaled.
 */
export async function knownRepairs(run: Run, failed: Evaluated): Promise<Repaired[]> {
  const { id } = failed.solution;
  const { repairs } = await run.journal.step("repairs-known", `${id}/repairs`, async () => ({
    solution: id,
    repairs: repairsLike(run, failed),
  }));
  return repairs;
}

/** Corrections of a script whose failure is of one kind with this one, the same again and again. */
export function repairsInVain(run: Run, failed: Evaluated): number {
  const now = errorIn(run, failed);
  let count = 0;
  for (let at = failed; at.evaluation.fixes > 0; count++) {
    const before = parentOf(run, at);
    if (before === null || fitOf(errorIn(run, before), now) === null) break;
    at = before;
  }
  return count;
}

function repairsLike(run: Run, failed: Evaluated): Repaired[] {
  const now = errorIn(run, failed);
  const mended = [...run.evaluated.values()]
    .filter(({ evaluation }) => evaluation.score !== null && evaluation.fixes > 0)
    .sort((a, b) => (a.solution.id < b.solution.id ? -1 : 1));
  return mended
    .flatMap((after) => {
      const before = parentOf(run, after);
      const fit = before === null ? null : fitOf(errorIn(run, before), now);
      return before === null || fit === null ? [] : [{ fit, repair: repairOf(before, after) }];
    })
    .sort((a, b) => b.fit - a.fit)
    .slice(0, MAX_REPAIRS)
    .map(({ repair }) => repair);
}

function repairOf(before: Evaluated, after: Evaluated): Repaired {
  const [was, is] = [before.solution.code.split("\n"), after.solution.code.split("\n")];
  const without = (lines: readonly string[], others: readonly string[]) =>
    lines.filter((line) => line.trim() !== "" && !others.includes(line)).slice(0, MAX_LINES);
  const error = (before.evaluation.reason ?? "").trimEnd().split("\n").at(-1) ?? "";
  return { error, removed: without(was, is), added: without(is, was) };
}

function parentOf(run: Run, { solution }: Evaluated): Evaluated | null {
  return solution.parent === null ? null : (run.evaluated.get(solution.parent) ?? null);
}

function errorIn(run: Run, { evaluation }: Evaluated) {
  return errorOf(evaluation.reason ?? "", run.brief.packages);
}
