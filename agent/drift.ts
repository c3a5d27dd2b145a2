import type { Learners } from "./python-source/learners.ts";
import type { Run } from "./run/run.ts";

/** From which model to which other a rewrite of a script went. */
export type Drift = { from: string; to: string };

/**
 * Whether a repair left the model that the script was about for another one: a family of estimators is gone,
 * nothing is trained any more, or data are made up. What is only added is no drift. Null: it is the same model.
 */
export function modelReplacement(run: Run, before: string, after: string): Drift | null {
  const [was, is] = [run.python.learners(before), run.python.learners(after)];
  const lost = was.families.some((family) => !is.families.includes(family));
  const untrained = was.trainings > 0 && is.trainings === 0;
  const invented = was.inventions === 0 && is.inventions > 0;
  if (!lost && !untrained && !invented) return null;
  const named = nameOf(is);
  return { from: nameOf(was), to: invented ? `${named} on random data` : named };
}

/** A script's model in few words; the planners and the history call it that. */
function nameOf({ families, trainings }: Learners): string {
  if (trainings === 0) return "a constant or fixed rules";
  return families.length === 0 ? "a model of its own" : families.join(" + ");
}
