import { FIRST_SUBMISSION } from "../run/budget.ts";
import { commitEvaluated } from "../run/commit.ts";
import type { Run } from "../run/run.ts";
import type { Evaluation, Finished, Solution } from "../solution.ts";
import { publish, submissionOf } from "./publish.ts";

/** What was submitted, before its search score is corrected. */
export type Submitted = Omit<Finished, "correctedScore" | "tries">;

/** What a run ends with that submitted no script. */
export const NOTHING: Submitted = {
  solution: null,
  searchScore: null,
  sealedScore: null,
  sealedInterval: null,
};

/** Scripts that are tried: each may cost an execution that fails. */
const MAX_TRIED = 3;

/** What is known of a script that ran on all the data alone. */
const UNVERIFIED: Evaluation = {
  status: "unverified",
  score: null,
  interval: null,
  views: [],
  seconds: 0,
  executions: 0,
  reason: "it was not scored: the run ended before, or its limits left no execution for it",
  opened: [],
  fixes: 0,
  warning: null,
  leakage: "not-asked",
};

/**
 * Where the limits let nothing be scored: what is left of them goes to a script's run on all the data, and its
 * submission stands unverified. One that ran on a part of the search comes first, then those of the tracks.
 */
export async function submitUnscored(run: Run): Promise<Submitted> {
  const isScored = [...run.evaluated.values()].some(({ evaluation }) => evaluation.score !== null);
  if (isScored) return NOTHING;
  for (const draft of inOrder(run, [...run.drafts.values()]).slice(0, MAX_TRIED)) {
    const file = await submissionOf(run, draft);
    if (file === null) continue;
    const { evaluation } = await commitEvaluated(run, draft, UNVERIFIED, null);
    const candidate = { id: draft.id, scripts: [draft], search: evaluation.score };
    const why = "nothing was left to score it with";
    if (await publish(run, FIRST_SUBMISSION, candidate, { file, why, sealed: null }))
      return { ...NOTHING, solution: draft.id };
  }
  return NOTHING;
}

function inOrder(run: Run, drafts: readonly Solution[]): Solution[] {
  const rank = ({ id, track }: Solution) => {
    const ran = run.journal.recorded("executed", `${id}/fold-0/run`)?.outcome === "finished";
    return `${ran ? 0 : 1}${track === null ? 1 : 0}${id}`;
  };
  return [...drafts].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}
