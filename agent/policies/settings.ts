import { z } from "zod";

const count = (min: number) => z.coerce.number().int().min(min);

/** Which attempts are made next. `mle-star` is the paper's loop and stands in `agent/phases/refine.ts`; the others are files here. */
export const REFINE_POLICIES = ["mle-star", "bon", "iad", "hybrid", "abmcts", "auto"] as const;

/** Settings of the refinement policies, as they stand in `Config`. */
export const policySettings = {
  refinePolicy: z
    .enum(REFINE_POLICIES)
    .default("mle-star")
    .describe(
      "which attempts of a step are made next: mle-star (paper), bon (best of N), iad (best and worst shown), hybrid, abmcts (wider or deeper), auto (by noise and attempts left)",
    ),
  refineK: count(1).default(3).describe("attempts a round, of policies other than mle-star"),
  refineRounds: count(1).default(4).describe("rounds a step, of policies other than mle-star"),
  feedback: z
    .enum(["scores", "critique", "both"])
    .default("both")
    .describe(
      "what iad says of the best and the worst script: their scores, what is better and worse, or both",
    ),
  accept: z
    .enum(["noise-aware", "strict"])
    .default("noise-aware")
    .describe(
      "which attempt a policy builds on: one of which a gain is expected, or the best score (paper of iad)",
    ),
  reeval: count(0)
    .default(3)
    .describe("further runs of the leading script before hybrid builds on it"),
};
