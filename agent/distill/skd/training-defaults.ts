import type { SkdSettings } from "./skd-settings.ts";

/** What SKD (arXiv 2410.11325) trains with. LoRA, its learning rate, and tokens of a row are ours. */
export const SKD_TRAINING = {
  kind: "skd",
  data: "distill/skd",
  out: "adapters/skd",
  trainers: {
    skd: "student and teacher write together",
    "supervised-kd": "recorded answers",
    "on-policy": "answers of the student of now",
    "semi-on-policy": "answers of the student as it was",
    sft: "recorded answers, no teacher",
  },
  learningRate: { full: 1e-5, lora: 2e-4 },
  schedule: "linear",
  warmup: 0,
  epochs: 3,
  batch: 8,
  maxLength: 4096,
  rank: 16,
  alpha: 32,
} as const;

/** How they write together in the paper. The mass of `topp` is ours. */
export const SKD_SAMPLING = {
  accept: "topk",
  k: 25,
  topP: 0.95,
  gamma: 5,
  replace: "teacher",
  divergence: "fkl",
  schedule: "fixed",
  studentTemperature: 0.5,
  studentTopP: 0.5,
  teacherTemperature: 0.2,
  teacherTopP: 0.5,
} as const satisfies Partial<SkdSettings>;
