import * as z from "zod";
import { count, numeric } from "../setting.ts";
import { PLAN_METHODS, PLAN_UCBS } from "./plans/bandit.ts";

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
  planVerify: z
    .enum(["off", "exec", "llm", "exec+llm"])
    .default("exec")
    .describe(
      "what a plan has to pass before it is run: nothing, checks without a model, a verifier's score, or both",
    ),
  planThreshold: numeric(z.number().int().min(-100).max(100).nullable())
    .default(null)
    .describe(
      "score from which a plan is run; null: by what executed plans gained, else 95 (paper)",
    ),
  planAlgorithm: z
    .enum(["auto", ...PLAN_METHODS])
    .default("auto")
    .describe(
      "how a plan below the threshold is written anew: bon, tot, rebase, or auto (a bandit)",
    ),
  planUcb: z
    .enum(PLAN_UCBS)
    .default("contextual")
    .describe("formula of that bandit; paper: PlanGEN's as printed, for comparison"),
  planCalls: count(1).default(20).describe("model calls that writing a plan anew may take"),
  untilBudget: z
    .stringbool()
    .or(z.boolean())
    .default(false)
    .describe(
      "go on after T steps, on the track that gains most a minute, until a limit is used up or patience is",
    ),
  patience: count(1)
    .default(6)
    .describe(
      "with untilBudget: steps in a row without a gain beyond noise, over all tracks, that end the search",
    ),
  reeval: count(0)
    .default(3)
    .describe("further runs of the leading script before hybrid builds on it"),
};
