import * as z from "zod";

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
  /** What is done next with the time that is left after all asked steps: a step of a track, a fresh track, or the end. */
  "turn-chosen": z.object({
    do: z.enum(["step", "fresh", "stop"]),
    track: z.string().nullable(),
    why: z.string(),
    /** Expected gain a minute of each track that could go on, in the metric's unit. */
    rates: z.record(z.string(), z.number()),
    /** Steps in a row without a gain beyond noise. */
    idle: z.number(),
  }),
  /** What every plan for a block has to keep to. */
  constrained: z.object({ block: z.string().nullable(), constraints: z.array(z.string()) }),
  /** What the verifier's scores were worth in earlier runs, once in a run; `steps` empty: too few plans were executed. */
  "plans-calibrated": z.object({
    plans: z.number(),
    rate: z.number(),
    steps: z.array(z.object({ from: z.number(), plans: z.number(), rate: z.number() })),
    threshold: z.number(),
  }),
  /** A plan that failed a check, or that a model judged; `<attempt>/vetted`. */
  "plan-vetted": z.object({
    plan: z.string(),
    method: z.enum(["given", "bon", "tot", "rebase"]),
    violations: z.array(z.object({ check: z.string(), why: z.string() })),
    verdict: z
      .object({
        gain: z.number(),
        grounded: z.number(),
        feasible: z.number(),
        score: z.number(),
        why: z.string(),
      })
      .nullable(),
    score: z.number().nullable(),
    accepted: z.boolean(),
    threshold: z.number(),
    /** Ways of writing it anew, in turn: the bounds by which each was chosen, and what it came to. */
    turns: z.array(
      z.object({
        method: z.enum(["bon", "tot", "rebase"]),
        bounds: z.array(z.number()),
        score: z.number().nullable(),
      }),
    ),
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
