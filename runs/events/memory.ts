import * as z from "zod";

/** What an item of the memory is about; its facts can be read by a program. */
export const MemoryKind = z.enum(["lesson", "pitfall", "data-fact", "verdict"]);
export type MemoryKind = z.infer<typeof MemoryKind>;

/** An item as a role was shown it; its number in the prompt is its place in the list. */
export const ShownMemory = z.object({
  id: z.string(),
  version: z.number(),
  kind: MemoryKind,
  title: z.string(),
  text: z.string(),
  /** Recipe or family of models that it is about; null: none that a program knows. */
  subject: z.string().nullable(),
  /** Between -1 (never helped) and 1 (always helped), shrunk towards 0 where little was seen. */
  worth: z.number(),
  /** Lines that a repair took out and put in; null where it is about no repair. */
  fix: z.object({ removed: z.array(z.string()), added: z.array(z.string()) }).nullable(),
  /** Where it was learned. */
  competitions: z.array(z.string()),
});
export type ShownMemory = z.infer<typeof ShownMemory>;

/** What the journal keeps of the memory of earlier runs. */
export const memoryEvents = {
  /** Before a role is asked: what it is reminded of. */
  "memory-shown": z.object({
    role: z.string(),
    query: z.string(),
    /** Ids of the nearest items that may be shown, nearest first: `shown` was drawn from them. */
    considered: z.array(z.string()),
    shown: z.array(ShownMemory),
    /** Items that were not considered, by the reason. */
    keptOut: z.record(z.string(), z.number()),
    /** Updates of the reranker that drew them. */
    reranker: z.number(),
    /** Why nothing could be recalled; null when the memory answered. */
    failure: z.string().nullable(),
  }),
  /** Which of the items shown the usable answer cites. */
  "memory-cited": z.object({
    role: z.string(),
    shown: z.array(z.string()),
    cited: z.array(z.string()),
  }),
  /** What the run left in the memory, and how the memory did over the runs so far. */
  reflected: z.object({
    memory: z.string(),
    operations: z.object({
      added: z.number(),
      merged: z.number(),
      deleted: z.number(),
      nothing: z.number(),
    }),
    items: z.array(z.string()),
    /** Updates of the reranker after this run; null: learning was off. */
    updates: z.number().nullable(),
    /** The last runs, oldest first. */
    history: z.array(
      z.object({
        run: z.string(),
        shown: z.number(),
        cited: z.number(),
        /** Cited items whose attempt gained. */
        useful: z.number(),
        /** Mean gain of attempts that cited an item, in standard errors; null where none was measured. */
        gain: z.number().nullable(),
      }),
    ),
    why: z.string().nullable(),
  }),
} as const;
