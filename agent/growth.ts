import type { EventValue } from "../runs/events/events.ts";

/** A heavier script may grow a little more than the one that was measured. */
const MARGIN = 1.25;

type Find = <K extends "executed" | "submission-written">(
  type: K,
  key: string,
) => EventValue<K> | null;

/**
 * How many times longer a script takes on all the data than on a search view: as the first submission's script was
 * seen to, at most as many times as there are more rows. Start, reading and fixed costs make it far fewer.
 */
export function growthSeen(find: Find, assumed: number): number {
  const first = find("submission-written", "publish/first")?.solution ?? null;
  if (first === null) return assumed;
  const final = find("executed", `${first}/final/run`)?.seconds ?? 0;
  const search = find("executed", `${first}/fold-0/run`)?.seconds ?? 0;
  if (!(final > 0 && search > 0)) return assumed;
  return Math.min(assumed, Math.max(1, (MARGIN * final) / search));
}
