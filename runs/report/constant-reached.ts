import type { Event } from "../events/events.ts";

/** A score that may be no better than a constant: its interval reaches what one prediction for all rows scores. */
export type ConstantReached = { of: "search" | "sealed"; constantScore: number };

type Intervals = {
  searchInterval: readonly [number, number] | null;
  sealedInterval: readonly [number, number] | null;
};

/** Which of the best scores a constant may reach: null where neither, or where nothing is known of it. */
export function constantReached(
  events: readonly Event[],
  { searchInterval, sealedInterval }: Intervals,
): ConstantReached | null {
  const started = events.find((event) => event.type === "run-started")?.value;
  const { search = null, sealed = null } = started?.constantScores ?? {};
  const isMaximized = started?.competition.direction === "maximize";
  const reaches = (interval: readonly [number, number] | null, constant: number | null): boolean =>
    interval !== null &&
    constant !== null &&
    (isMaximized ? interval[0] <= constant : interval[1] >= constant);
  if (sealed !== null && reaches(sealedInterval, sealed))
    return { of: "sealed", constantScore: sealed };
  if (search !== null && reaches(searchInterval, search))
    return { of: "search", constantScore: search };
  return null;
}
