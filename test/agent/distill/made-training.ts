import type { TrainingSettings } from "../../../agent/distill/training.ts";

/** Settings of a training; `some` says what is otherwise. */
export function madeSettings(some: Partial<TrainingSettings> = {}): TrainingSettings {
  return {
    kind: "plan",
    base: "/models/tiny",
    data: { "train.jsonl": "aa", "dev.jsonl": "bb" },
    method: "lora",
    rank: 16,
    alpha: 32,
    learningRate: 2e-4,
    schedule: "cosine",
    warmup: 0,
    epochs: 1,
    batch: 8,
    maxLength: 3500,
    patience: 3,
    saveEvery: null,
    seed: 0,
    ...some,
  };
}
