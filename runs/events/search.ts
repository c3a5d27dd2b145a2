import * as z from "zod";

/** What was searched and read before the first script, and which model cards came of it. */
export const searchEvents = {
  /** One question to one provider; what was kept out of it, with the reason. */
  searched: z.object({
    provider: z.string(),
    query: z.unknown(),
    hits: z.array(z.unknown()),
    usd: z.number(),
    /** Why the provider gave no answer; null when it did. */
    failure: z.string().nullable(),
    blocked: z.array(z.object({ what: z.string(), why: z.string() })),
  }),
  /** A page that a search found; `text` null: it could not be read or may not be used, and why. */
  "page-read": z.object({
    asked: z.string(),
    url: z.string(),
    providers: z.array(z.string()),
    title: z.string(),
    text: z.string().nullable(),
    /** Hash of the text as it was read. */
    sha256: z.string().nullable(),
    why: z.string().nullable(),
    /** What speaks for a page about this very competition, where such pages are allowed. */
    marked: z.string().nullable(),
  }),
  /** Examples of cards, run on a few rows: what came of each, in their order. */
  probed: z.object({
    cards: z.array(
      z.object({ modelName: z.string(), imports: z.boolean(), ran: z.boolean(), said: z.string() }),
    ),
    seconds: z.number(),
  }),
  /** The model cards a track begins with. */
  "cards-chosen": z.object({
    track: z.string(),
    cards: z.array(z.unknown()),
    passedOver: z.array(z.object({ modelName: z.string(), why: z.string() })),
  }),
} as const;
