import { bestFirst } from "../../tasks/competition.ts";
import type { Run } from "../run/run.ts";
import type { Ensembles, Evaluated, Finished } from "../solution.ts";
import { chooseFinalists, clearFinalists, type Finalist, isCleared } from "../trust/finalists.ts";
import { openSealed, type Sealed, secondsOfEnd } from "../trust/holdout.ts";
import { type Corrections, correctSelectionBias } from "../trust/selection-bias.ts";
import { firstSubmitted, publish, submissionOf } from "./publish.ts";

/** Further scripts that are tried when no finalist runs on all the data: each costs a final run. */
const MAX_OTHERS = 3;

/** What was submitted, before its search score is corrected. */
type Submitted = Omit<Finished, "correctedScore" | "tries">;

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
    keepFirst(run, ranked);
  return { ...submitted, ...correctionOf(corrections, submitted.solution) };
}

/** The best finalist that runs on all the data. */
async function submitFinalist(run: Run, ranked: readonly Sealed[]): Promise<Submitted | null> {
  for (const { finalist, sealed, interval } of ranked) {
    const { id, scripts, search } = finalist;
    const file = await finalSubmission(run, finalist);
    if (file === null) continue;
    const why = "chosen among the finalists";
    if (!(await publish(run, "publish/final", id, file, scripts, why))) continue;
    return { solution: id, searchScore: search, sealedScore: sealed, sealedInterval: interval };
  }
  return null;
}

/** Every script of a finalist, unchanged, on all rows; a blend then weighs their submissions as it did on the validation rows. */
async function finalSubmission(run: Run, { id, scripts, blend }: Finalist): Promise<string | null> {
  const files = await Promise.all(scripts.map((script) => submissionOf(run, script)));
  if (files.some((file) => file === null)) return null;
  if (blend === null) return files[0] ?? null;
  const file = await run.referee.applyBlend(blend, "final");
  const judgment = await run.referee.judge(id, "final", file);
  return judgment.status === "accepted" ? file : null;
}

/** No finalist ran on all the data: the next best scripts are tried, down to the one that was submitted first. */
async function submitNextBest(run: Run, ranked: readonly Sealed[]): Promise<Submitted | null> {
  const first = firstSubmitted(run);
  for (const { solution, evaluation } of othersThan(run, ranked).slice(0, MAX_OTHERS)) {
    if (solution.id === first) return null;
    if (!(await isCleared(run, solution))) continue;
    const file = await submissionOf(run, solution);
    if (file === null) continue;
    const why = "no finalist ran on all the data";
    if (!(await publish(run, "publish/final", solution.id, file, [solution], why))) continue;
    const { score } = evaluation;
    return { solution: solution.id, searchScore: score, sealedScore: null, sealedInterval: null };
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

/** The first submission stays when nothing else ran on all the data, or the budget did not allow it. */
function keepFirst(run: Run, ranked: readonly Sealed[]): Submitted {
  const first = firstSubmitted(run);
  const finalist = ranked.find((each) => each.finalist.id === first);
  return {
    solution: first,
    searchScore: first === null ? null : (run.evaluated.get(first)?.evaluation.score ?? null),
    sealedScore: finalist?.sealed ?? null,
    sealedInterval: finalist?.interval ?? null,
  };
}

function correctionOf(corrections: Corrections, solution: string | null) {
  const correctedScore = solution === null ? null : corrections.of(solution);
  return { correctedScore, tries: correctedScore === null ? null : corrections.tries };
}
