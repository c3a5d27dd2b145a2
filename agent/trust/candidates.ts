import { usedMembers } from "../../runs/events/scoring.ts";
import { bestFirst } from "../../tasks/competition.ts";
import type { Blend } from "../../tasks/referee/referee.ts";
import { predictionsOn, searchViews } from "../run/execute.ts";
import type { Run } from "../run/run.ts";
import type { Evaluated, Solution } from "../solution.ts";

/** What a submission can be made of: one script, or a blend of several, each run unchanged. */
export type Candidate = {
  id: string;
  /** Null where nothing could score it. */
  search: number | null;
  scripts: Solution[];
  blend: Blend | null;
};

export function candidateOf({ solution, evaluation }: Evaluated): Candidate {
  return { id: solution.id, search: evaluation.score, scripts: [solution], blend: null };
}

export function blendedCandidate(run: Run, blend: Blend): Candidate {
  const members = usedMembers(blend).flatMap((id) => run.evaluated.get(id)?.solution ?? []);
  return { id: blend.id, search: blend.score, scripts: members, blend };
}

/**
 * Every script that was scored on all search views, best first, whatever it came from and whether it was accepted; of
 * several with the same code or the same predictions the one with the first id.
 */
export function distinctScripts(run: Run): Evaluated[] {
  const views = searchViews(run);
  const scored = [...run.evaluated.values()]
    .filter(({ evaluation }) => evaluation.score !== null)
    .filter(({ evaluation }) =>
      run.mode === "self-reported" ? true : views.every((view) => evaluation.views.includes(view)),
    )
    .sort((a, b) => (a.solution.id < b.solution.id ? -1 : 1));
  const seen = new Set<string>();
  const distinct = scored.filter(({ solution }) => {
    const marks = [solution.code, predictionsOn(run, solution.id, views)].filter(
      (mark) => mark !== null,
    );
    const isNew = marks.every((mark) => !seen.has(mark));
    for (const mark of marks) seen.add(mark);
    return isNew;
  });
  return bestFirst(distinct, (each) => each.evaluation.score, run.competition.metric.direction);
}

/** What an earlier session scored, from the journal and its commits. */
export async function recall(run: Run, id: string): Promise<Candidate> {
  const recorded = run.journal.recorded("blended", id);
  if (recorded !== null) {
    const blend = { ...recorded, id };
    const scripts = await Promise.all(usedMembers(blend).map((each) => recallScript(run, each)));
    return { id, search: blend.score, scripts, blend };
  }
  const search = run.journal.recorded("evaluated", `${id}/evaluated`)?.evaluation.score ?? null;
  return { id, search, scripts: [await recallScript(run, id)], blend: null };
}

async function recallScript(run: Run, id: string): Promise<Solution> {
  const recorded = run.journal.recorded("evaluated", `${id}/evaluated`);
  if (recorded === null) throw new Error(`${id} was offered before it was evaluated`);
  const { commit, parent, track, plan } = recorded;
  const code = await run.history.read(commit, "solution.py");
  return { id, code, parent, track, plan, origin: recorded.origin };
}
