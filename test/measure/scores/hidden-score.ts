import type { Competition } from "../../../tasks/competition.ts";
import { SHIPPED_FOLDER } from "../../../tasks/load.ts";
import { answersOf } from "../../../tasks/shipped/answers.ts";
import { grade } from "../../../tasks/shipped/grade.ts";

/** What a submission scores on the hidden answers, or why it has no score; null: none was made. */
export async function scoreOf(competition: Competition, submission: string | null, python: string) {
  if (submission === null) return { score: null, reason: "no submission was made" };
  const answers = await answersOf(competition, SHIPPED_FOLDER);
  if (answers === null) throw new Error(`${competition.id} has no answers to grade with`);
  const { score, reason } = await grade({ competition, answers, submission, python });
  return { score, reason };
}
