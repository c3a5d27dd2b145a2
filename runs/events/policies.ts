import { z } from "zod";

/** What the journal tells of the choice of what is tried next. */
export const policyEvents = {
  /** What a refinement policy said is done next, and by which figures; read back on a replay. */
  "policy-moved": z.object({
    /** Attempts that were left before the move. */
    left: z.number(),
    move: z.discriminatedUnion("do", [
      z.object({
        do: z.literal("attempt"),
        draws: z.array(
          z.object({
            from: z.string(),
            shown: z.object({ best: z.string(), worst: z.string() }).nullable(),
          }),
        ),
        by: z.string(),
        why: z.string(),
        facts: z.record(z.string(), z.number()),
      }),
      z.object({
        do: z.literal("run-again"),
        script: z.string(),
        by: z.string(),
        why: z.string(),
        facts: z.record(z.string(), z.number()),
      }),
      z.object({
        do: z.literal("stop"),
        by: z.string(),
        why: z.string(),
        facts: z.record(z.string(), z.number()),
      }),
    ]),
  }),
  /** The best and the worst of a step beside each other: what was measured of them, and what a model said. */
  contrasted: z.object({
    best: z.string(),
    worst: z.string(),
    facts: z.array(z.string()),
    /** Null: no model was asked, or none answered. */
    words: z.string().nullable(),
    /** Whether the attempts that were shown the contrast before brought a new best; null: there was none before. */
    isCredited: z.boolean().nullable(),
  }),
} as const;
