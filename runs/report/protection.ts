import type { Event } from "../events/events.ts";

/** What a run whose scripts saw all files of the user is marked with, first of all. */
export const UNPROTECTED =
  "its scripts could read and change every file of the user, the hidden labels too: a score could have been faked";

/** Whether in every session of a run its scripts could neither read nor change files that were not theirs; null before it has started. */
export function protectsFilesIn(events: readonly Event[]): boolean | null {
  const sessions = events.filter(
    (event) => event.type === "run-started" || event.type === "environment-changed",
  );
  return sessions.length === 0 ? null : sessions.every(({ value }) => value.protectsFiles);
}
