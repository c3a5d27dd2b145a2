import type { Event, EventValue } from "../../events/events.ts";
import { memoryEvents } from "../../events/memory.ts";
import { showPlural, showText } from "../formats.ts";

/** What the journal says of the memory of earlier runs. */
export type MemoryEvent = Event<keyof typeof memoryEvents>;

export function isOfMemory(event: Event): event is MemoryEvent {
  return Object.hasOwn(memoryEvents, event.type);
}

/** What an event of the memory says, in words. */
export function memoryText(event: MemoryEvent): string {
  switch (event.type) {
    case "memory-shown":
      return shown(event.key, event.value);
    case "memory-cited":
      return `${event.key}: cites ${event.value.cited.length} of ${showPlural(event.value.shown.length, "item")} of the memory`;
    case "reflected":
      return reflectedText(event.value);
  }
}

function shown(key: string, value: EventValue<"memory-shown">): string {
  const { shown: items, considered, failure } = value;
  if (failure !== null) return `${key}: the memory gave no answer: ${showText(failure)}`;
  return `${key}: the memory shows ${items.length} of ${showPlural(considered.length, "item")} near`;
}

/** What a run left in its memory, in words. */
export function reflectedText({ operations, updates, why }: EventValue<"reflected">): string {
  if (why !== null) return `nothing was learned: ${showText(why)}`;
  const { added, merged, deleted, nothing } = operations;
  const learned =
    updates === null ? "" : `; ${showPlural(updates, "update")} of the reranker so far`;
  return `memory: ${added} added, ${merged} merged, ${deleted} deleted, ${nothing} known already${learned}`;
}
