import * as z from "zod";

/** The teacher that is the student as it was before the first step, told more than the student. */
export const SELF = "self";
/** Which tokens of the student stand (`trainer/skd/acceptance.py`). */
export const ACCEPTS = ["topk", "topp", "adaptive"] as const;
/** What is written where one does not. */
export const REPLACES = ["teacher", "student", "top1"] as const;
/** Forward and reverse Kullback-Leibler divergence, Jensen-Shannon divergence. */
export const DIVERGENCES = ["fkl", "rkl", "jsd"] as const;
export const SCHEDULES = ["fixed", "auto"] as const;

/** How a student and its teacher write together. */
export const SkdSettings = z.object({
  /** Folder or GGUF file; null: nobody (`sft`). */
  teacher: z.string().nullable(),
  /** Whether the teacher is shown what came of the recorded answer. */
  privileged: z.boolean(),
  accept: z.enum(ACCEPTS),
  /** Of topk and adaptive: tokens that stand, at most. */
  k: z.number(),
  /** Of topp: the probability that they hold. */
  topP: z.number(),
  /** Tokens that the student proposes at a time. */
  gamma: z.number(),
  replace: z.enum(REPLACES),
  divergence: z.enum(DIVERGENCES),
  schedule: z.enum(SCHEDULES),
  studentTemperature: z.number(),
  studentTopP: z.number(),
  teacherTemperature: z.number(),
  teacherTopP: z.number(),
});
export type SkdSettings = z.infer<typeof SkdSettings>;
