/**
 * What PLAN-TUNING (arXiv 2507.07495) and its repository train with: all parameters, one epoch, 8 rows a step, cosine.
 * The learning rate of LoRA is ours, and so are its rank and alpha: the paper has none.
 */
export const PLAN_TRAINING = {
  kind: "plan",
  data: "distill/plan",
  out: "adapters/planner",
  learningRate: { full: 5e-6, lora: 2e-4 },
  schedule: "cosine",
  warmup: 0,
  epochs: 1,
  batch: 8,
  maxLength: 3500,
  rank: 16,
  alpha: 32,
} as const;
