import type { TrainingSettings } from "../../../agent/distill/training.ts";

/** Settings of a training; `some` says what is otherwise. */
export function madeSettings(some: Partial<TrainingSettings> = {}): TrainingSettings {
  return {
    kind: "plan",
    base: "/models/tiny",
    trainer: "sft",
    mdpo: null,
    data: { "train.jsonl": "aa", "dev.jsonl": "bb" },
    asked: { brief: true, from: null, ownFrames: false, patch: false },
    parts: null,
    share: 100,
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
    devRows: null,
    saveEvery: null,
    generations: 8,
    answerTokens: 256,
    minGain: 1,
    skd: null,
    seed: 0,
    ...some,
  };
}
