import { OBJECTIVES } from "./reverse-rows.ts";

/**
 * What RevThink (arXiv 2411.19865) trains with: LoRA of rank 32, 5e-6 for Mistral-7B, 10 epochs (3 on mathematics). Its
 * alpha and batch are not given; the learning rate of LoRA is that of its Gemma-7B.
 */
export const REVERSE_TRAINING = {
  kind: "reverse",
  data: "distill/reverse",
  out: "adapters/debugger",
  learningRate: { full: 5e-6, lora: 2e-4 },
  schedule: "cosine",
  warmup: 0,
  epochs: 10,
  batch: 8,
  maxLength: 3500,
  rank: 32,
  alpha: 64,
  objectives: OBJECTIVES,
} as const;
