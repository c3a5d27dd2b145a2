import type { Event, EventValue } from "../../events/events.ts";
import { type Attempt, attemptsOf, ownerOf } from "../attempts.ts";

/** One call that was shown items of the memory. */
export type Remembered = {
  at: string;
  role: string;
  /** The attempt that it was made for; null: for none alone. */
  attempt: string | null;
  items: { id: string; kind: string; title: string; competitions: string[]; cited: boolean }[];
  /** Why nothing was shown. */
  failure: string | null;
  /** Of the attempt, over what it was compared with. */
  gain: number | null;
};

/** What a run was reminded of, what it cited of that, and what came of it, in the order of the journal. */
export function rememberedIn(events: readonly Event[]): Remembered[] {
  const attempts = new Map(attemptsOf(events).map((attempt) => [attempt.id, attempt]));
  const cited = new Map<string, Set<string>>();
  for (const { type, key, value } of events)
    if (type === "memory-cited") cited.set(key.replace(/\/cited$/u, ""), new Set(value.cited));
  return events.flatMap(({ type, key, value }) => {
    if (type !== "memory-shown") return [];
    const at = key.replace(/\/memory$/u, "");
    const owner = ownerOf(attempts, at);
    const items = value.shown.map(({ id, kind, title, competitions }) => ({
      id,
      kind,
      title,
      competitions,
      cited: cited.get(at)?.has(id) ?? false,
    }));
    const { role, failure } = value;
    return [{ at, role, attempt: owner?.id ?? null, items, failure, gain: gainOf(owner) }];
  });
}

function gainOf(attempt: Attempt | null): number | null {
  return attempt?.gain ?? null;
}

/** What the run left in its memory; null: it has none, or has not ended. */
export function reflectedIn(events: readonly Event[]): EventValue<"reflected"> | null {
  return events.findLast((event) => event.type === "reflected")?.value ?? null;
}
