import type { Check, SubmissionWritten } from "../../events/submission.ts";

const CHECKS: Record<Check, string> = {
  search: "a score",
  canary: "the canary",
  reproduction: "a second run",
  sealed: "the sealed holdout",
};

/** What a submission is of, whether it is provisional, and whether anything was better when it was written. */
export function submissionWords({
  solution,
  unchecked,
  isBest,
  kind,
}: Pick<SubmissionWritten, "solution" | "unchecked" | "isBest"> & {
  kind: SubmissionKind;
}): string {
  if (kind === "sample") return "the sample submission, of no script";
  if (solution === null) return "a constant, of no script";
  const rank = isBest ? "the best so far" : "not the best so far";
  const named = unchecked.map((check) => CHECKS[check]).join(", ");
  return `of ${solution}, ${rank}${named === "" ? "" : `, PROVISIONAL (not checked by ${named})`}`;
}

/** The same in one word, for a table. */
export type SubmissionKind = "sample" | "constant" | "provisional" | "checked";

export function submissionKind(
  written: Pick<SubmissionWritten, "solution" | "unchecked" | "isSample">,
): SubmissionKind {
  if (written.solution === null) return written.isSample ? "sample" : "constant";
  return written.unchecked.length > 0 ? "provisional" : "checked";
}
