import * as z from "zod";

/** What a submission has to pass before it counts as checked: a score, the canary, its predictions once more, the sealed holdout. */
export const Check = z.enum(["search", "canary", "reproduction", "sealed"]);
export type Check = z.infer<typeof Check>;

/** A valid submission.csv stands in the run folder; the last one written is the one that stands. */
export const SubmissionWritten = z.object({
  /** Null: a constant or the sample submission, of no script. */
  solution: z.string().nullable(),
  sha256: z.string(),
  why: z.string(),
  /** Checks that it has not passed yet: with any of them it is provisional. */
  unchecked: z.array(Check),
  /** Whether nothing had a better score when it was written. */
  isBest: z.boolean(),
  /** It is the competition's sample submission, as it stands. */
  isSample: z.boolean(),
});
export type SubmissionWritten = z.infer<typeof SubmissionWritten>;
