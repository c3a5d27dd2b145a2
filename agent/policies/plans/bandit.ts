/** How a plan below the threshold is written anew. */
export const PLAN_METHODS = ["bon", "tot", "rebase"] as const;
export type PlanMethod = (typeof PLAN_METHODS)[number];

/** Which formula chooses among them. */
export const PLAN_UCBS = ["contextual", "mean-normalised", "paper"] as const;
export type PlanUcb = (typeof PLAN_UCBS)[number];

/** What is known of one way: the sum of its rewards, how often it was taken, how suited a model finds it (0 to 1), and how often it mended what another could not. */
export type Arm = { reward: number; count: number; prior: number; recovery: number };

/** Weights of prior, diversity and recovery, which the paper does not give: choices of ours. */
export type Weights = { prior: number; diversity: number; recovery: number };
export const WEIGHTS: Weights = { prior: 1, diversity: 0.5, recovery: 0.5 };
/** Of a prior that does not fade (simulated: docs/figures.md). */
const LASTING_PRIOR = 2;
/** The cap on exploration of the paper's Algorithm 1. */
const MAX_EXPLORATION = 5;

/** The two formulas that PlanGEN (arXiv 2502.16111) prints, and two that mend the second. */
export type Formula = "main-text" | PlanUcb;

/**
 * Upper confidence bounds of the ways; `taken`: choices so far. `main-text`: the mean reward. `paper`: Algorithm 1 as
 * printed, over the largest sum of rewards, which fades as rewards add up. `mean-normalised`: over the largest mean.
 * `contextual`: the same with a prior that does not fade.
 */
export function boundsOf(
  arms: readonly Arm[],
  taken: number,
  formula: Formula,
  weights = WEIGHTS,
): number[] {
  const means = arms.map(({ reward, count }) => reward / count);
  const scale = scaleOf(arms, means, formula);
  const priorWeight = formula === "contextual" ? LASTING_PRIOR : weights.prior / (1 + taken);
  return arms.map(({ count, prior, recovery }, index) => {
    const free = Math.sqrt((2 * Math.log(taken + 1)) / count);
    const exploration = formula === "paper" ? Math.min(MAX_EXPLORATION, free) : free;
    return (
      (means[index] ?? 0) / scale +
      exploration +
      priorWeight * prior +
      weights.diversity / (count + 1) +
      weights.recovery * recovery
    );
  });
}

function scaleOf(arms: readonly Arm[], means: readonly number[], formula: Formula): number {
  if (formula === "main-text") return 1;
  const most =
    formula === "paper" ? Math.max(...arms.map(({ reward }) => reward)) : Math.max(...means);
  return most > 0 ? most : 1;
}

/** The way with the largest bound; the first of equals. */
export function chooseArm(bounds: readonly number[]): number {
  return bounds.indexOf(Math.max(...bounds));
}
