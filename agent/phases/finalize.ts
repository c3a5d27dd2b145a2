import { bestFirst } from "../../tasks/competition.ts";
import { wasStopped } from "../run/deadline.ts";
import { searchViews } from "../run/execute.ts";
import { measureBlend, measureGain } from "../run/measure.ts";
import type { Run } from "../run/run.ts";
import type { Ensembles, Evaluated, Finished } from "../solution.ts";
import { blendedCandidate, candidateOf, recall } from "../trust/candidates.ts";
import { chooseFinalists, clearFinalists, type Finalist, isCleared } from "../trust/finalists.ts";
import { openSealed, type Sealed, secondsOfEnd } from "../trust/holdout.ts";
import { projectScore } from "../trust/project.ts";
import { rankCandidates } from "../trust/ranking.ts";
import { mayWin } from "../trust/reproduce.ts";
import { type Corrections, correctSelectionBias } from "../trust/selection-bias.ts";
import { isFoundLeaky } from "../trust/unchecked.ts";
import {
  finalRoom,
  finalSubmission,
  publish,
  publishBest,
  publishConstant,
  standingSolution,
  submissionOf,
} from "./publish.ts";
import { NOTHING, type Submitted, submitUnscored } from "./unscored.ts";

/** Further scripts that are tried when no finalist runs on all the data: each costs a final run. */
const MAX_OTHERS = 3;

/** Opens the sealed holdout once to choose among finalists, then runs the chosen script(s) unchanged on all the data. */
export async function finalize(
  run: Run,
  tracks: readonly Evaluated[],
  ensembles: Ensembles,
): Promise<Finished> {
  const ranking = await rankCandidates(run, tracks, ensembles);
  const corrections = await correctSelectionBias(run, ensembles.blends);
  const secondsOf = (chosen: readonly Finalist[]) => secondsOfEnd(run, chosen);
  // The best script's run takes the first free slot; canaries have what is left of them.
  const [, finalists] = await Promise.all([
    publishBest(run, ranking),
    clearFinalists(
      run,
      (round, isRejected) =>
        chooseFinalists(run, ranking, { round, corrections, isRejected, secondsOf }),
      secondsOf,
    ),
  ]);
  const ranked = finalists.length === 0 ? [] : await openSealed(run, finalists);
  const submitted =
    (await submitFinalist(run, ranked)) ??
    (await submitNextBest(run, ranked)) ??
    (await keepStanding(run, ranked)) ??
    (await submitUnscored(run));
  const sealedInterval = await intervalOf(run, ranked, submitted);
  await diagnose(run, submitted);
  return { ...submitted, sealedInterval, ...correctionOf(corrections, submitted.solution) };
}

/** The interval of the score to expect on the test rows; it holds the sealed score. */
async function intervalOf(
  run: Run,
  ranked: readonly Sealed[],
  { solution, sealedScore, sealedInterval }: Submitted,
): Promise<[number, number] | null> {
  const finalist = ranked.find((each) => each.finalist.id === solution)?.finalist ?? null;
  if (finalist === null || sealedScore === null || sealedInterval === null) return sealedInterval;
  const [low, high] = await projectScore(run, finalist, sealedInterval);
  return [Math.min(low, sealedScore), Math.max(high, sealedScore)];
}

/** Whether a finalist is not found leaky, its final run fits, and its predictions come out again. */
async function mayBeSubmitted(run: Run, finalist: Finalist): Promise<boolean> {
  const { id, scripts } = finalist;
  if (scripts.some((script) => isFoundLeaky(run, script))) return false;
  const standing = standingSolution(run);
  const isTried = standing === null || standing === id;
  // What does not fit would be cut short, and the time for one that does would be gone; with nothing to lose it is tried.
  const room = finalRoom(run, finalist);
  if (!isTried && !(await run.budget.affords(`finalize/final/${id}`, room))) return false;
  return mayWin(run, finalist);
}

/** The best finalist that runs on all the data, or what is left of a blend of which a member does not. */
async function submitFinalist(run: Run, ranked: readonly Sealed[]): Promise<Submitted | null> {
  for (const [index, { finalist, sealed, interval }] of ranked.entries()) {
    const { id, search } = finalist;
    if (!(await mayBeSubmitted(run, finalist))) continue;
    const file = await finalSubmission(run, finalist);
    if (file === null) {
      const left = await submitRest(run, finalist, ranked[index + 1]?.finalist ?? null);
      if (left !== null) return left;
      continue;
    }
    const why = "chosen among the finalists";
    const isBest = finalist === ranked[0]?.finalist;
    if (!(await publish(run, "publish/final", finalist, { file, why, sealed, isBest }))) continue;
    return { solution: id, searchScore: search, sealedScore: sealed, sealedInterval: interval };
  }
  return null;
}

/** A blend without the member that failed on all the data, fitted anew, where the search has it before the next finalist. */
async function submitRest(
  run: Run,
  { blend, scripts }: Finalist,
  next: Finalist | null,
): Promise<Submitted | null> {
  const left = scripts.filter(
    ({ id }) => run.journal.recorded("judged", `${id}/final/judge`)?.status === "accepted",
  );
  if (blend === null || left.length < 2 || left.length === scripts.length) return null;
  const members = left.map(({ id }) => id);
  const refitted = await measureBlend(run, `${blend.id}/refitted`, blend.method, members);
  if (next !== null && (await measureGain(run, next.id, refitted.id)) <= 0) return null;
  const candidate = blendedCandidate(run, refitted);
  const file = await finalSubmission(run, candidate);
  if (file === null) return null;
  const why = `${blend.id} without a member that did not run on all the data`;
  const written = { file, why, sealed: null };
  if (!(await publish(run, "publish/final", candidate, written))) return null;
  return { ...NOTHING, solution: candidate.id, searchScore: candidate.search };
}

/** No finalist ran on all the data: the next best scripts are tried, down to the one that stands. */
async function submitNextBest(run: Run, ranked: readonly Sealed[]): Promise<Submitted | null> {
  const standing = standingSolution(run);
  for (const other of othersThan(run, ranked).slice(0, MAX_OTHERS)) {
    const { solution, evaluation } = other;
    if (!(await isCleared(run, solution))) continue;
    if (solution.id === standing) return null;
    const file = await submissionOf(run, solution);
    if (file === null) continue;
    const why = "no finalist ran on all the data";
    const written = { file, why, sealed: null };
    if (!(await publish(run, "publish/final", candidateOf(other), written))) continue;
    return { ...NOTHING, solution: solution.id, searchScore: evaluation.score };
  }
  return null;
}

/** Scored scripts that are no finalists, best first. */
function othersThan(run: Run, ranked: readonly Sealed[]): Evaluated[] {
  const tried = new Set(ranked.map(({ finalist }) => finalist.id));
  const others = [...run.evaluated.values()]
    .filter(({ solution, evaluation }) => evaluation.score !== null && !tried.has(solution.id))
    .filter(({ solution }) => !hasFailedOnAll(run, solution.id))
    .sort((a, b) => (a.solution.id < b.solution.id ? -1 : 1));
  return bestFirst(others, (each) => each.evaluation.score, run.competition.metric.direction);
}

/** A run on all the data that came to nothing is not tried again. */
function hasFailedOnAll(run: Run, id: string): boolean {
  const outcome = run.journal.recorded("executed", `${id}/final/run`)?.outcome ?? "finished";
  return outcome !== "finished";
}

/** What stands stays when nothing else ran on all the data, or the budget did not allow it; unless it was found leaky. */
async function keepStanding(run: Run, ranked: readonly Sealed[]): Promise<Submitted | null> {
  const id = standingSolution(run);
  if (id === null) return null;
  const { scripts, search } = await recall(run, id);
  if (scripts.some((script) => isFoundLeaky(run, script))) return withdraw(run, id);
  const finalist = ranked.find((each) => each.finalist.id === id);
  return {
    solution: id,
    searchScore: search,
    sealedScore: finalist?.sealed ?? null,
    sealedInterval: finalist?.interval ?? null,
  };
}

/** A published script turned out to be leaky, and nothing else ran on all the data: the constant stands again. */
async function withdraw(run: Run, id: string): Promise<Submitted> {
  await publishConstant(run, "publish/withdrawn", `${id} was found to be leaky`);
  return NOTHING;
}

/** How the predictions of what was handed in lie against the truth: for the report, nothing goes by it. */
async function diagnose(run: Run, { solution, searchScore }: Submitted): Promise<void> {
  if (solution === null || searchScore === null) return;
  const key = "finalize/diagnosed";
  if (run.budget.refusedBefore(key) !== null) return;
  if (!(await run.budget.fits(`${key}/room`, { executions: 0, seconds: 1 }))) return;
  const seen = run.journal.recorded("evaluated", `${solution}/evaluated`)?.evaluation.views ?? null;
  const views = searchViews(run).filter((view) => seen === null || seen.includes(view));
  const { signal } = run;
  try {
    await run.journal.step("diagnosed", key, async () => ({
      solution,
      views,
      ...(await run.referee.diagnose(solution, views)),
    }));
  } catch (error) {
    if (!(await wasStopped(run, key, signal, error))) throw error;
  }
}

function correctionOf(corrections: Corrections, solution: string | null) {
  const correctedScore = solution === null ? null : corrections.of(solution);
  return { correctedScore, tries: correctedScore === null ? null : corrections.tries };
}
