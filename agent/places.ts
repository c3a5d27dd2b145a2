import type { View, ViewRun } from "../tasks/referee/referee.ts";

/** A sitting's view, and which repetition of it it is: each has a seed of its own. */
export function placeOf(sitting: ViewRun): { view: View; repeat: number } {
  const [view = sitting, repeat = "0"] = sitting.split("@");
  return { view: view as View, repeat: Number(repeat) };
}
