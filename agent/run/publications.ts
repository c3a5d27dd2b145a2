import type { Journal } from "../../runs/record/journal.ts";
import { finishedSeconds } from "./seconds.ts";

/** Room that is asked for: executions, and their seconds together. */
export type Room = { executions: number; seconds: number };

/** How much of what is left making a better submission may take. */
export type PublicationShare = "a small share" | "whatever is left";

/** Share of what the search has left, of time and of executions, that making one better submission may take. */
const OF_WHAT_IS_LEFT = 0.15;
/**
 * Share of all execution seconds that runs on all the data may have while a limited run searches: the best script is
 * published when the search ends anyway. By simulation, where scripts take 2, 5 and 10 s in a run of 240 s, every gain
 * that paid took a seventh of the executions. A choice of ours.
 */
const OF_WHAT_WAS_RUN = 0.1;

/** Whether a better submission may be made now. `left`: what the limits leave the search. */
export function mayPublish(
  journal: Journal,
  need: Room,
  share: PublicationShare,
  { left, slots }: { left: () => Room; slots: number },
): boolean {
  if (share === "whatever is left") return true;
  const { seconds, executions } = left();
  const pays =
    need.seconds <= OF_WHAT_IS_LEFT * slots * seconds &&
    need.executions <= OF_WHAT_IS_LEFT * executions;
  return pays && (seconds === Number.POSITIVE_INFINITY || isRare(journal, need));
}

function isRare(journal: Journal, { seconds }: Room): boolean {
  const all = sum(finishedSeconds(journal.events));
  const onAllData = sum(finishedSeconds(journal.events, "final"));
  return onAllData + seconds <= OF_WHAT_WAS_RUN * (all + seconds);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, each) => total + each, 0);
}
