import { bestFirst } from "../../tasks/competition.ts";
import type { Run } from "../run/run.ts";
import type { Ensembles, Evaluated, Finished } from "../solution.ts";
import { chooseFinalists, clearFinalists, type Finalist, isCleared } from "../trust/finalists.ts";
import { openSealed, type Sealed, secondsOfEnd } from "../trust/holdout.ts";
import { type Corrections, correctSelectionBias } from "../trust/selection-bias.ts";
import { finalizeSelfReported } from "./finalize-self-reported.ts";
import { publish, submissionOf } from "./publish.ts";

/** Further scripts that are tried when no finalist runs on all the data. */
const OTHERS = 3;

/** Opens the sealed holdout once to choose among finalists, then runs the chosen script(s) unchanged on all the data. */
export async function finalize(
  run: Run,
  tracks: readonly Evaluated[],
  ensembles: Ensembles,
): Promise<Finished> {
  run.budget.beginFinalizing();
  if (run.mode === "self-reported")
    return finalizeSelfReported(run, [...tracks, ...ensembles.planned]);
  const corrections = await correctSelectionBias(run, ensembles.blends);
  const finalists = await clearFinalists(
    run,
    (isRejected) => chooseFinalists(run, tracks, ensembles, { corrections, isRejected }),
    (chosen) => secondsOfEnd(run, chosen),
  );
  const ranked = finalists.length === 0 ? [] : await openSealed(run, finalists);
  const standing = (await submitFinalist(run, ranked)) ?? (await nextBest(run, ranked));
  return { ...standing, ...correctionOf(corrections, standing.solution) };
}

/** What stands at the end, before its search score is corrected. */
type Standing = Omit<Finished, "correctedScore" | "tries">;

function correctionOf(corrections: Corrections, solution: string | null) {
  const correctedScore = solution === null ? null : corrections.of(solution);
  return { correctedScore, tries: correctedScore === null ? null : corrections.tries };
}

async function submitFinalist(run: Run, ranked: readonly Sealed[]): Promise<Standing | null> {
  for (const { finalist, sealed, interval } of ranked) {
    const file = await finalSubmission(run, finalist);
    if (file === null) continue;
    const why = "chosen among the finalists";
    if (!(await publish(run, "publish/final", finalist.id, file, finalist.scripts, why))) continue;
    return {
      solution: finalist.id,
      searchScore: finalist.search,
      sealedScore: sealed,
      sealedInterval: interval,
    };
  }
  return null;
}

/** No finalist ran on all the data: the next best scripts are tried, down to the one whose submission stands. */
async function nextBest(run: Run, ranked: readonly Sealed[]): Promise<Standing> {
  const first = run.journal.recorded("submission-written", "publish/first")?.solution ?? null;
  const tried = new Set(ranked.map(({ finalist }) => finalist.id));
  const others = bestFirst(
    [...run.evaluated.values()]
      .filter(({ solution, evaluation }) => evaluation.score !== null && !tried.has(solution.id))
      .sort((a, b) => (a.solution.id < b.solution.id ? -1 : 1)),
    (each) => each.evaluation.score,
    run.competition.metric.direction,
  );
  for (const { solution, evaluation } of others.slice(0, OTHERS)) {
    if (solution.id === first) break;
    if (!(await isCleared(run, solution))) continue;
    const file = await submissionOf(run, solution);
    if (file === null) continue;
    const why = "no finalist ran on all the data";
    if (!(await publish(run, "publish/final", solution.id, file, [solution], why))) continue;
    const { score } = evaluation;
    return { solution: solution.id, searchScore: score, sealedScore: null, sealedInterval: null };
  }
  return standing(run, ranked);
}

/** The first submission stands when no finalist could be run to the end (budget, or failure on all the data). */
function standing(run: Run, ranked: readonly Sealed[]): Standing {
  const first = run.journal.recorded("submission-written", "publish/first")?.solution ?? null;
  const known = ranked.find((each) => each.finalist.id === first);
  const score = first === null ? null : (run.evaluated.get(first)?.evaluation.score ?? null);
  return {
    solution: first,
    searchScore: score,
    sealedScore: known?.sealed ?? null,
    sealedInterval: known?.interval ?? null,
  };
}

/** Every script of a finalist, unchanged, on all rows; a blend then weighs their submissions as it did on the validation rows. */
async function finalSubmission(run: Run, finalist: Finalist): Promise<string | null> {
  const files = await Promise.all(finalist.scripts.map((script) => submissionOf(run, script)));
  if (files.some((file) => file === null)) return null;
  if (finalist.blend === null) return files[0] ?? null;
  const file = await run.referee.applyBlend(finalist.blend, "final");
  const judgement = await run.referee.judge(finalist.id, "final", file);
  return judgement.status === "accepted" ? file : null;
}
