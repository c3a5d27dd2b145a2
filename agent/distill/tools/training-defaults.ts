/**
 * What Magnet (arXiv 2503.07826) trains with: one epoch, rates and batches of its grids, warm-up over a tenth of the
 * steps, rank and alpha of its mDPO. The learning rate of LoRA is ours.
 */
export const TOOL_TRAINING = {
  kind: "tools",
  data: "distill/tools",
  out: "adapters/tools",
  learningRate: { full: 1e-5, lora: 2e-4 },
  schedule: "cosine",
  warmup: 0.1,
  epochs: 1,
  batch: 64,
  maxLength: 8172,
  rank: 32,
  alpha: 64,
  trainers: { sft: "on the rows", mdpo: "by pairs of conversations" },
} as const;
