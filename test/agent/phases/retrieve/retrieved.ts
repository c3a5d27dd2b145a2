import { retrieve } from "../../../../agent/phases/retrieve/retrieve.ts";
import type { Event } from "../../../../runs/events/events.ts";
import { openWorld, type WorldOptions } from "../../../fakes/world.ts";

/** The retrieval of one made-up run: its cards, its journal, and what its model was asked. */
export async function retrieved(options: WorldOptions) {
  const world = await openWorld(options);
  try {
    const { cards: tracks } = await retrieve(world.handle.run);
    return { tracks, events: world.journal.events as readonly Event[], model: world.model };
  } finally {
    await world.close();
  }
}

/** The events of one type. */
export const of = <K extends Event["type"]>(events: readonly Event[], type: K): Event<K>[] =>
  events.filter((event) => event.type === type) as Event<K>[];
