import { bestFirst, isBetter } from "../../tasks/competition.ts";
import { evaluate } from "../evaluate/evaluate.ts";
import { ask, NoAnswer } from "../run/ask/ask.ts";
import type { Run } from "../run/run.ts";
import type { Evaluated, Finished, Solution } from "../solution.ts";
import { FINALIST, runCanary } from "../trust/canary.ts";
import { publish, standingSolution, submissionOf } from "./publish.ts";
import { NOTHING, type Submitted, submitUnscored } from "./unscored.ts";

/** Nothing here has a corrected score. */
const UNCORRECTED = { correctedScore: null, tries: null };

/**
 * The paper's own finalization, for layouts the referee cannot split: remove the subsampling,
 * check parity, let the test-writer add the submission, verify it; on failure the next best solution is tried.
 */
export async function finalizeSelfReported(
  run: Run,
  candidates: readonly Evaluated[],
): Promise<Finished> {
  const { direction } = run.competition.metric;
  const ranked = bestFirst(candidates, (each) => each.evaluation.score, direction);
  for (const [index, candidate] of ranked.entries()) {
    const at = `finalize-${index + 1}`;
    const whole = await withoutSubsampling(run, at, candidate);
    const written = await writeSubmission(run, at, whole);
    if (written === null) continue;
    // The canary cannot run here, and the journal says so.
    if (run.config.canary !== "off") await runCanary(run, whole.solution, FINALIST);
    const { file, solution } = written;
    const why = "best by its own printed score";
    const search = whole.evaluation.score;
    const submitted = { id: solution.id, scripts: [solution], search };
    if (!(await publish(run, "publish/final", submitted, { file, why, sealed: null }))) continue;
    return { ...UNCORRECTED, ...NOTHING, solution: whole.solution.id, searchScore: search };
  }
  return { ...UNCORRECTED, ...(keepStanding(run) ?? (await submitUnscored(run))) };
}

/** What stands is kept where no candidate could be finished. */
function keepStanding(run: Run): Submitted | null {
  const solution = standingSolution(run);
  if (solution === null) return null;
  return {
    ...NOTHING,
    solution,
    searchScore: run.evaluated.get(solution)?.evaluation.score ?? null,
  };
}

/** The roles that find and remove the subsampling; the script as it was where there is none, or where it then scores worse. */
async function withoutSubsampling(run: Run, at: string, base: Evaluated): Promise<Evaluated> {
  const { code } = base.solution;
  const found = await ask(run, at, "subsample-finder", { code });
  if (found instanceof NoAnswer || found === null) return base;
  const span = run.python.findBlock(code, found);
  if ("problem" in span) return base;
  const reply = await ask(run, at, "subsample-remover", {
    block: code.slice(span.start, span.end),
  });
  const replaced = reply instanceof NoAnswer ? null : run.python.replaceSpan(code, span, reply);
  if (typeof replaced !== "string" || replaced === code) return base;
  const solution: Solution = {
    ...base.solution,
    id: `${at}/all-rows`,
    code: replaced,
    parent: base.solution.id,
    origin: "submission",
    plan: "use all rows",
  };
  const evaluated = await evaluate(run, solution, base.evaluation.score);
  const isWorse =
    evaluated === null ||
    isBetter(base.evaluation.score, evaluated.evaluation.score, run.competition.metric.direction);
  return isWorse ? base : evaluated;
}

/** The script's own submission if it is valid, else the test-writer's version of it. */
async function writeSubmission(
  run: Run,
  at: string,
  whole: Evaluated,
): Promise<{ file: string; solution: Solution } | null> {
  const own = await submissionOf(run, whole.solution);
  if (own !== null) return { file: own, solution: whole.solution };
  const code = await ask(run, at, "test-writer", { code: whole.solution.code });
  if (code instanceof NoAnswer) return null;
  const solution: Solution = {
    ...whole.solution,
    id: `${at}/test-writer`,
    code,
    parent: whole.solution.id,
    origin: "submission",
    plan: "write the submission",
  };
  const file = await submissionOf(run, solution);
  return file === null ? null : { file, solution };
}
