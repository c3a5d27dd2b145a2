import * as z from "zod";

/** One call that was shown items: what the reranker learns from. */
export const UsedCall = z.object({
  at: z.string(),
  role: z.string(),
  query: z.string(),
  /** The nearest items, nearest first, and those drawn of them in their order. */
  considered: z.array(z.string()),
  drawn: z.array(z.string()),
  cited: z.array(z.string()),
  /** Of the attempt that the call was made for, in standard errors; null: nothing was measured. */
  gain: z.number().nullable(),
});
export type UsedCall = z.infer<typeof UsedCall>;

/** What one run did with the bank, and left in it. */
export const Use = z.object({
  /** `<competition>/<run>`, and when it began: a run is reflected on once. */
  run: z.string(),
  begun: z.string(),
  operations: z.object({
    added: z.number(),
    merged: z.number(),
    deleted: z.number(),
    nothing: z.number(),
  }),
  items: z.array(z.string()),
  calls: z.array(UsedCall),
});
export type Use = z.infer<typeof Use>;
