import { drawsOf } from "../../policies/random.ts";
import { isAccepted } from "./plan-eval.ts";
import type { ExecutedPlan, PlanQuestion } from "./plan-questions.ts";

/** What GRPO rewards in a plan that was carried out. */
export type PlanReward = {
  text: string;
  /** R_ans of PLAN-TUNING: 2 for a plan that gained more than noise, else 0. */
  answer: number;
  /** R_plan in [0, 1]: the executor's gain. */
  plan: number;
};

/** A question that GRPO draws plans for. */
export type RewardedQuestion = Pick<PlanQuestion, "messages"> & { plans: PlanReward[] };

const ANSWER_REWARD = 2;

/** The rewards of a plan; `minGain` is in standard errors. R_plan is the logistic function of the gain in them. */
export function rewardOf(plan: ExecutedPlan, minGain: number): PlanReward {
  const { text, ran, gain, noise } = plan;
  const answer = isAccepted(plan, minGain) ? ANSWER_REWARD : 0;
  if (!ran || gain === null) return { text, answer, plan: 0 };
  if (noise === null || noise === 0) return { text, answer, plan: gain > 0 ? 1 : 0 };
  return { text, answer, plan: 1 / (1 + Math.exp(-gain / noise)) };
}

/**
 * As many questions as can teach something, drawn with replacement in proportion to what they can: p (1 - p), with p
 * the share of their plans that were accepted. Where all or none were, every plan is as good as the others.
 */
export function learnableQuestions(
  questions: readonly PlanQuestion[],
  { minGain, seed }: { minGain: number; seed: number },
): { drawn: RewardedQuestion[]; leftOut: number } {
  const weighed = questions
    .map((question) => ({ question, weight: learnability(question, minGain) }))
    .filter(({ weight }) => weight > 0);
  const total = weighed.reduce((sum, { weight }) => sum + weight, 0);
  const random = drawsOf("learnability", seed);
  const drawn = weighed.map((own) => {
    let left = random() * total;
    const found = weighed.find(({ weight }) => {
      left -= weight;
      return left < 0;
    });
    const { messages, plans } = (found ?? own).question;
    return { messages, plans: plans.map((plan) => rewardOf(plan, minGain)) };
  });
  return { drawn, leftOut: questions.length - weighed.length };
}

function learnability({ plans }: PlanQuestion, minGain: number): number {
  const share = plans.filter((plan) => isAccepted(plan, minGain)).length / plans.length;
  return share * (1 - share);
}
