import * as z from "zod";
import type { Event } from "../events/events.ts";

/** A model card that a track began with, and where it comes from. */
export type ShownCard = {
  track: string;
  name: string;
  family: string | null;
  why: string | null;
  /** `catalogue`, `model` or `user`. */
  origin: string | null;
  /** Pages that it claims and that were really seen. */
  sources: { url: string; title: string; license: string | null }[];
};

/** The journal keeps cards as they were; of older or newer ones only what is as expected is shown. */
const Card = z.looseObject({
  modelName: z.string(),
  family: z.string().nullish().catch(null),
  why: z.string().nullish().catch(null),
  origin: z.string().nullish().catch(null),
  seen: z
    .array(
      z.looseObject({
        url: z.string(),
        title: z.string().catch(""),
        license: z.string().nullish().catch(null),
      }),
    )
    .catch([]),
});

/** The cards that the tracks of a run began with. */
export function cardsOf(events: readonly Event[]): ShownCard[] {
  return events.flatMap((event) => {
    if (event.type !== "cards-chosen") return [];
    const { track, cards } = event.value;
    return cards.flatMap((card) => {
      const read = Card.safeParse(card);
      return read.success ? [shown(track, read.data)] : [];
    });
  });
}

function shown(track: string, card: z.infer<typeof Card>): ShownCard {
  const { modelName: name, family = null, why = null, origin = null, seen } = card;
  const sources = seen.map(({ url, title, license = null }) => ({ url, title, license }));
  return { track, name, family, why, origin, sources };
}
