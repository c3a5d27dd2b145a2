import { bestFirst } from "../../tasks/competition.ts";
import type { Run } from "../run/run.ts";
import type { Ensembles, Evaluated, Finished } from "../solution.ts";
import { candidateOf, recall } from "../trust/candidates.ts";
import { chooseFinalists, clearFinalists, isCleared } from "../trust/finalists.ts";
import { openSealed, type Sealed, secondsOfEnd } from "../trust/holdout.ts";
import { mayWin } from "../trust/reproduce.ts";
import { type Corrections, correctSelectionBias } from "../trust/selection-bias.ts";
import { isFoundLeaky } from "../trust/unchecked.ts";
import {
  finalSubmission,
  publish,
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
  const corrections = await correctSelectionBias(run, ensembles.blends);
  const finalists = await clearFinalists(
    run,
    (isRejected) => chooseFinalists(run, tracks, ensembles, { corrections, isRejected }),
    (chosen) => secondsOfEnd(run, chosen),
  );
  const ranked = finalists.length === 0 ? [] : await openSealed(run, finalists);
  const submitted =
    (await submitFinalist(run, ranked)) ??
    (await submitNextBest(run, ranked)) ??
    (await keepStanding(run, ranked)) ??
    (await submitUnscored(run));
  return { ...submitted, ...correctionOf(corrections, submitted.solution) };
}

/** The best finalist that runs on all the data. */
async function submitFinalist(run: Run, ranked: readonly Sealed[]): Promise<Submitted | null> {
  for (const { finalist, sealed, interval } of ranked) {
    const { id, scripts, search } = finalist;
    if (scripts.some((script) => isFoundLeaky(run, script))) continue;
    if (!(await mayWin(run, finalist))) continue;
    const file = await finalSubmission(run, finalist);
    if (file === null) continue;
    const why = "chosen among the finalists";
    const isBest = finalist === ranked[0]?.finalist;
    if (!(await publish(run, "publish/final", finalist, { file, why, sealed, isBest }))) continue;
    return { solution: id, searchScore: search, sealedScore: sealed, sealedInterval: interval };
  }
  return null;
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
    .sort((a, b) => (a.solution.id < b.solution.id ? -1 : 1));
  return bestFirst(others, (each) => each.evaluation.score, run.competition.metric.direction);
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

function correctionOf(corrections: Corrections, solution: string | null) {
  const correctedScore = solution === null ? null : corrections.of(solution);
  return { correctedScore, tries: correctedScore === null ? null : corrections.tries };
}
