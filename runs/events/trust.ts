import { z } from "zod";

const score = z.number().nullable();

/** What the leak defence could say of a script; null in a journal from before it was told. */
export const leakage = z
  .enum(["clean", "not-asked", "unchecked", "suspected"])
  .nullable()
  .default(null);

/** What the journal tells of scores, and of the checks that they have to stand. */
export const trustEvents = {
  judged: z.object({
    solution: z.string(),
    view: z.string(),
    status: z.enum(["scored", "accepted", "invalid-submission"]),
    score,
    reason: z.string().nullable(),
    rows: z.number(),
    seconds: z.number(),
  }),
  pooled: z.object({ score: z.number(), interval: z.tuple([z.number(), z.number()]) }),
  /** A later session goes on in another sandbox; what scripts can import is the same, or the run is refused. */
  "environment-changed": z.object({ from: z.string(), to: z.string() }),
  /** A script entered a state of the leak defence; `leakage` is told by the one that lets it run. */
  "leaks-checked": z.object({
    solution: z.string(),
    state: z.enum(["check", "fix", "recheck", "evaluate", "refuse"]),
    leakage,
    why: z.string().nullable(),
    findings: z.array(
      z.object({ line: z.number(), code: z.string(), rule: z.string(), why: z.string() }),
    ),
  }),
  /** What a script knows of the true answers that was trained on shuffled ones. */
  shuffled: z.object({
    solution: z.string(),
    view: z.string(),
    score: z.number(),
    real: z.number(),
    chance: z.tuple([z.number(), z.number()]),
    probability: z.number(),
    share: z.number().nullable(),
    aboveChance: z.boolean(),
  }),
  /** What the shuffles of a script came to, and why it was put to them. */
  canary: z.object({
    solution: z.string(),
    asked: z.string(),
    verdict: z.enum(["fell-to-chance", "above-chance", "unverified", "skipped"]),
    why: z.string(),
  }),
} as const;
