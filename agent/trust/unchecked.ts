import type { Check } from "../../runs/events/submission.ts";
import type { Run } from "../run/run.ts";
import type { Solution } from "../solution.ts";
import { lossInDisguise } from "./disguise.ts";
import { reproductionOf } from "./reproduce.ts";

/**
 * The checks that a submission has not passed, as far as this run makes them: with any of them it is provisional. A
 * self-reported run makes none, and says so first.
 */
export function uncheckedOf(
  run: Run,
  submission: { scripts: readonly Solution[]; search: number | null; sealed: number | null },
): Check[] {
  if (run.mode === "self-reported") return [];
  const { scripts, search, sealed } = submission;
  const unchecked: Check[] = [];
  if (search === null) unchecked.push("search");
  const hasPassed = ({ id }: Solution) =>
    canaryOf(run, id) === "passed" && lossInDisguise(run, id) === false;
  if (run.config.canary !== "off" && !scripts.every(hasPassed)) unchecked.push("canary");
  const isReproduced = ({ id }: Solution) => reproductionOf(run, id)?.isLost === false;
  if (run.config.canary !== "off" && !scripts.every(isReproduced)) unchecked.push("reproduction");
  if (run.referee.split.sealedRows > 0 && sealed === null) unchecked.push("sealed");
  return unchecked;
}

/** Whether a script was found to know answers by another way than the training rows, or did what is forbidden on the sealed ones. */
export function isFoundLeaky(run: Run, { id }: Solution): boolean {
  const sealed = run.journal.recorded("executed", `${id}/sealed/run`)?.outcome;
  const isLost = reproductionOf(run, id)?.isLost === true || lossInDisguise(run, id) === true;
  return isLost || canaryOf(run, id) === "above-chance" || sealed === "forbidden";
}

/** The last word of the canary. */
function canaryOf(run: Run, id: string) {
  const last =
    run.journal.recorded("canary", `${id}/canary-at-the-end`) ??
    run.journal.recorded("canary", `${id}/canary`);
  return last?.verdict ?? null;
}
