import type { Event } from "./events/events.ts";
import type { Attempt } from "./report/attempts.ts";

const MAX_SHOWN = 3;

/** An accepted change and what it brought. */
export type Help = { solution: string; gain: number; what: string };

/** The accepted changes with the largest gains, with the block each was about. */
export function helpedMost(events: readonly Event[], attempts: readonly Attempt[]): Help[] {
  const helps = attempts.flatMap((attempt) => {
    const { id, gain, verdict } = attempt;
    if (verdict !== "accepted" || gain === null || gain <= 0) return [];
    return [{ solution: id, gain, what: whatOf(events, attempt) }];
  });
  return helps.sort((a, b) => b.gain - a.gain).slice(0, MAX_SHOWN);
}

function whatOf(events: readonly Event[], { id, origin: from, plan }: Attempt): string {
  const target = events.findLast(
    (event): event is Event<"targeted"> =>
      event.type === "targeted" && id.startsWith(event.key.replace(/targeted$/u, "")),
  );
  const block = from === "refine" && target !== undefined ? ` of "${target.value.title}"` : "";
  return plan === null || plan === "" ? `${from}${block}` : `${from}${block}: ${plan}`;
}
