import { bestFirst } from "../../tasks/competition.ts";
import type { Blend } from "../../tasks/referee/referee.ts";
import { searchViews } from "../run/execute.ts";
import type { Run } from "../run/run.ts";

/** Search scores without the selection bias of having been picked among many. */
export type Corrections = {
  /** How many scored solutions there were to pick from. */
  tries: number;
  of(solution: string): number | null;
};

/** More than this do not change who is best: a choice of ours, to bound the time. */
const MAX_DRAWN = 80;
/** Fewer where each draw runs the competition's own metric. */
const MAX_CUSTOM = 8;

/**
 * The best of many tries owes part of its score to noise (the winner's curse). All tried solutions are drawn together from the prediction
 * bank: in every draw they are ranked anew, and what the places gain by the draw is what they gained by the data.
 */
export async function correctSelectionBias(
  run: Run,
  blends: readonly Blend[],
): Promise<Corrections> {
  const views = searchViews(run);
  const scored = [...run.evaluated.values()]
    .filter(({ evaluation }) => views.every((view) => evaluation.views.includes(view)))
    .filter(({ evaluation }) => evaluation.score !== null)
    .sort((a, b) => (a.solution.id < b.solution.id ? -1 : 1));
  if (scored.length === 0) return { tries: 0, of: () => null };
  const { name, direction } = run.competition.metric;
  const best = bestFirst(scored, ({ evaluation }) => evaluation.score, direction);
  const drawn = best
    .slice(0, name === "custom" ? MAX_CUSTOM : MAX_DRAWN)
    .map(({ solution }) => solution.id);
  const searched = new Map<string, number | null>([
    ...scored.map(({ solution, evaluation }) => [solution.id, evaluation.score] as const),
    ...blends.map(({ id, score }) => [id, score] as const),
  ]);
  const found = await run.journal.step("corrected", "finalize/corrected", async () => {
    const { solutions } = await run.referee.correct(drawn, blends, views);
    return {
      tries: searched.size,
      views,
      solutions: solutions.map(({ id, corrected }) => ({
        solution: id,
        search: searched.get(id) ?? null,
        corrected,
      })),
    };
  });
  const byId = new Map(found.solutions.map(({ solution, corrected }) => [solution, corrected]));
  return { tries: found.tries, of: (solution) => byId.get(solution) ?? null };
}
