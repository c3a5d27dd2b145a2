import * as z from "zod";
import type { Competition } from "../competition.ts";
import { RefereeProcess } from "../referee/process.ts";

const TIMEOUT_SECONDS = 600;

const Grade = z.object({
  score: z.number().nullable(),
  valid: z.boolean(),
  /** Why the submission is not valid: what is wrong, where, what was expected. */
  reason: z.string().nullable(),
  /** 95 % bootstrap interval over rows. */
  interval: z.tuple([z.number(), z.number()]).nullable(),
});

/** The score of a submission against hidden answers. */
export type Grade = z.infer<typeof Grade>;

/** Scores a submission file against an answers file, both given by path. */
export async function grade(options: {
  competition: Competition;
  answers: string;
  submission: string;
  python: string;
}): Promise<Grade> {
  const { description: _, ...task } = options.competition;
  const process = new RefereeProcess({
    python: options.python,
    greeting: null,
    timeoutSeconds: TIMEOUT_SECONDS,
    signal: null,
  });
  try {
    const { answers, submission } = options;
    return await process.request(Grade, "grade", { task, answers, submission });
  } finally {
    process.close();
  }
}
