import type { Event, EventValue } from "../../../runs/events/events.ts";
import { costOf, worstTry } from "../../../runs/ledger.ts";
import type { Journal } from "../../../runs/record/journal.ts";

type Sent = EventValue<"call-sent">;

const WHY = "in flight when the run was killed: booked at its worst case";

/**
 * Books the calls that were in flight when an earlier session was killed, each at the most it can have come to: no
 * provider tells of one afterwards, and the ledger may not be below the bill.
 */
export async function bookLostCalls(journal: Pick<Journal, "events" | "append">): Promise<void> {
  for (const [at, calls] of lostCalls(journal.events)) {
    const tries = calls.map(({ model, worst }) => worstTry(model, worst, WHY));
    const { estimated: _, ...cost } = costOf(tries);
    const role = calls[0]?.role ?? "";
    await journal.append("unanswered", `${at}/unanswered`, { role, why: WHY, ...cost });
  }
}

/** The calls that were sent and never came to anything, by their place. */
function lostCalls(events: readonly Event[]): Map<string, Sent[]> {
  const open = new Map<string, Sent[]>();
  for (const { type, key, value } of events) {
    if (type === "call-sent") {
      const at = key.replace(/\/sent$/u, "");
      open.set(at, [...(open.get(at) ?? []), value]);
    }
    if (type === "answered" || type === "searched") open.delete(key);
    if (type === "unanswered") open.delete(key.replace(/\/unanswered$/u, ""));
  }
  return open;
}
