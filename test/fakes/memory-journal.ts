import type { Event, EventType, EventValue } from "../../runs/events/events.ts";
import type { Journal } from "../../runs/record/journal.ts";

/** A journal that is kept in memory only, for tests of thousands of runs; `after` is called with each event. */
export function memoryJournal(after: (event: Event) => void = () => undefined): Journal {
  const events: Event[] = [];
  const find = <K extends EventType>(type: K, key: string) =>
    (events.find((event) => event.type === type && event.key === key) ?? null) as Event<K> | null;
  const append = async <K extends EventType>(type: K, key: string, value: EventValue<K>) => {
    // A write takes a while: others go on meanwhile.
    await new Promise((resolve) => setImmediate(resolve));
    const seq = events.length + 1;
    const time = new Date(0).toISOString();
    const event = { v: 1, seq, time, elapsed: 0, type, key, value } as unknown as Event<K>;
    events.push(event as Event);
    after(event as Event);
    return event;
  };
  return {
    events,
    append,
    find,
    step: async (type, key, effect) => {
      const recorded = find(type, key);
      return recorded === null ? (await append(type, key, await effect())).value : recorded.value;
    },
    subscribe: () => () => undefined,
    elapsed: () => 0,
    beginWork: () => undefined,
    leaveOut: () => undefined,
    close: async () => undefined,
  };
}
