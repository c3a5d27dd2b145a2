import { bestFirst } from "../tasks/competition.ts";
import type { Blend, View } from "../tasks/referee.ts";
import { clearFinalists, isCleared } from "./clear-finalists.ts";
import { NO_WEIGHT } from "./commit.ts";
import { executeView, searchViews } from "./execute-view.ts";
import { finalizeSelfReported } from "./finalize-self-reported.ts";
import { publish, submissionOf } from "./publish.ts";
import type { Run } from "./run.ts";
import type { Ensembles, Evaluated, Finished, Solution } from "./solution.ts";

/** Something that may become the submission: one script, or a blend of several, each run unchanged. */
type Finalist = {
  id: string;
  search: number;
  scripts: Solution[];
  blend: Blend | null;
};
type Sealed = { finalist: Finalist; sealed: number | null; interval: [number, number] | null };

const FINALISTS = 3;
/** Further scripts that are tried when no finalist runs on all the data. */
const OTHERS = 3;
/** A sealed view has the rows of all folds: this many times the seconds of a search view. */
const SEALED_GROWTH = 1.3;

/** Opens the sealed holdout once to choose among finalists, then runs the chosen script(s) unchanged on all the data. */
export async function finalize(
  run: Run,
  tracks: readonly Evaluated[],
  ensembles: Ensembles,
): Promise<Finished> {
  run.beginFinalizing();
  if (run.mode === "self-reported")
    return finalizeSelfReported(run, [...tracks, ...ensembles.planned]);
  const finalists = await clearFinalists(
    run,
    (isBarred) => chooseFinalists(run, tracks, ensembles, isBarred),
    (chosen) => secondsOfEnd(run, chosen),
  );
  const ranked = finalists.length === 0 ? [] : await openSealed(run, finalists);
  for (const { finalist, sealed, interval } of ranked) {
    const file = await finalSubmission(run, finalist);
    if (file === null) continue;
    await publish(
      run,
      "publish/final",
      finalist.id,
      file,
      finalist.scripts,
      "chosen among the finalists",
    );
    return {
      solution: finalist.id,
      searchScore: finalist.search,
      sealedScore: sealed,
      sealedInterval: interval,
    };
  }
  return nextBest(run, ranked);
}

/** No finalist ran on all the data: the next best scripts are tried, down to the one whose submission stands. */
async function nextBest(run: Run, ranked: readonly Sealed[]): Promise<Finished> {
  const first = run.recorded("submission-written", "publish/first")?.solution ?? null;
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
    await publish(run, "publish/final", solution.id, file, [solution], why);
    const { score } = evaluation;
    return { solution: solution.id, searchScore: score, sealedScore: null, sealedInterval: null };
  }
  return standing(run, ranked);
}

/** The first submission stands when no finalist could be run to the end (budget, or failure on all the data). */
function standing(run: Run, ranked: readonly Sealed[]): Finished {
  const first = run.recorded("submission-written", "publish/first")?.solution ?? null;
  const known = ranked.find((each) => each.finalist.id === first);
  const score = first === null ? null : (run.evaluated.get(first)?.evaluation.score ?? null);
  return {
    solution: first,
    searchScore: score,
    sealedScore: known?.sealed ?? null,
    sealedInterval: known?.interval ?? null,
  };
}

/** The best track, the best planned ensemble and the best blend, best search score first. */
function chooseFinalists(
  run: Run,
  tracks: readonly Evaluated[],
  ensembles: Ensembles,
  isBarred: (script: Solution) => boolean,
): Finalist[] {
  const { direction } = run.competition.metric;
  const rank = (list: Finalist[]) => {
    const open = list.filter(({ scripts }) => !scripts.some(isBarred));
    return bestFirst(open, (each) => each.search, direction);
  };
  const single = (each: Evaluated): Finalist => ({
    id: each.solution.id,
    search: each.evaluation.score ?? Number.NaN,
    scripts: [each.solution],
    blend: null,
  });
  const groups = [
    tracks.filter((each) => each.evaluation.score !== null).map(single),
    ensembles.planned.map(single),
    ensembles.blends.map((blend) => blended(run, blend)),
  ];
  const best = groups.map((group) => rank(group)[0]).filter((each) => each !== undefined);
  return rank(best).slice(0, FINALISTS);
}

function blended(run: Run, blend: Blend): Finalist {
  const used = blend.members.filter((_, index) => Math.abs(blend.weights[index] ?? 0) > NO_WEIGHT);
  const members = used.map((id) => run.evaluated.get(id)).filter((each) => each !== undefined);
  return {
    id: blend.id,
    search: blend.score,
    scripts: members.map((each) => each.solution),
    blend,
  };
}

/** Best first. The sealed rows count beside the search rows, each by its number: the unbiased few correct the searched many. */
async function openSealed(run: Run, finalists: readonly Finalist[]): Promise<Sealed[]> {
  const blind = finalists.map((finalist) => ({ finalist, sealed: null, interval: null }));
  const seconds = secondsOfEnd(run, finalists);
  const worthIt =
    run.referee.split.sealedRows > 0 &&
    (await run.affords("finalize/sealed", {
      executions: 2 * scriptsOf(finalists).length,
      seconds,
    }));
  if (!worthIt) return blind;
  const results: Sealed[] = [];
  for (const finalist of finalists) results.push(await scoreSealed(run, finalist));
  const ranked = rankSealed(run, results);
  const chosen = ranked[0]?.finalist.id ?? "none";
  await run.step("sealed-opened", "finalize/sealed-opened", async () => ({
    finalists: results.map((each) => ({
      solution: each.finalist.id,
      search: each.finalist.search,
      sealed: each.sealed,
      sealedInterval: each.interval,
    })),
    chosen,
    why: "best mean of search and sealed score, weighted by rows",
  }));
  return ranked;
}

/** Wall clock of the sealed runs and of the final ones, over the slots. */
function secondsOfEnd(run: Run, finalists: readonly Finalist[]): number {
  const total = scriptsOf(finalists)
    .map(({ id }) => {
      const { seconds = 0, executions = 1 } = run.evaluated.get(id)?.evaluation ?? {};
      // The first submission's script has run on all the data already.
      const isDone = run.recorded("executed", `${id}/final/run`) !== null;
      return (seconds / Math.max(1, executions)) * (SEALED_GROWTH + (isDone ? 0 : run.growth));
    })
    .reduce((sum, each) => sum + each, 0);
  return total / run.slots;
}

function scriptsOf(finalists: readonly Finalist[]): Solution[] {
  const byId = new Map(finalists.flatMap((each) => each.scripts).map((each) => [each.id, each]));
  return [...byId.values()];
}

async function scoreSealed(run: Run, finalist: Finalist): Promise<Sealed> {
  const nothing = { finalist, sealed: null, interval: null };
  const outcomes = await Promise.all(
    finalist.scripts.map((script) => executeView(run, script, "sealed")),
  );
  if (outcomes.some((outcome) => outcome?.status !== "scored")) return nothing;
  const value = await run.step("pooled", `finalize/${finalist.id}/sealed`, async () => {
    if (finalist.blend !== null) {
      const file = await run.referee.applyBlend(finalist.blend, "sealed");
      await run.referee.judge(finalist.id, "sealed", file);
    }
    return run.referee.score(finalist.id, ["sealed"]);
  });
  return { finalist, sealed: value.score, interval: value.interval };
}

function rankSealed(run: Run, results: readonly Sealed[]): Sealed[] {
  const { direction } = run.competition.metric;
  const views = new Set<View>(searchViews(run));
  const searchRows = run.referee.split.folds
    .filter((fold) => views.has(fold.view))
    .reduce((sum, fold) => sum + fold.validRows, 0);
  const rows = run.referee.split.sealedRows;
  const both = ({ finalist, sealed }: Sealed) =>
    sealed === null ? null : (finalist.search * searchRows + sealed * rows) / (searchRows + rows);
  return bestFirst(results, both, direction);
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
