import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomically } from "../runs/atomic-file.ts";
import { ask, NoAnswer } from "./ask.ts";
import { commitEvaluated } from "./commit.ts";
import type { Executed } from "./execute.ts";
import { executeView, searchViews } from "./execute-view.ts";
import { screen } from "./leaks.ts";
import type { Run } from "./run.ts";
import type { Evaluated, Evaluation, Solution, Status } from "./solution.ts";

/**
 * A solution → its evaluation: static checks, leak defence, run, referee, debug loop (design §3).
 * Every revision is evaluated, journaled and committed; the last one is returned, scored or not.
 * Null when the budget ended before it could run.
 */
export async function evaluate(
  run: Run,
  draft: Solution,
  parentScore: number | null,
): Promise<Evaluated | null> {
  let solution = draft;
  for (let round = 0; ; round++) {
    const evaluated = await evaluateOnce(run, solution, parentScore, round);
    if (evaluated === null || evaluated.evaluation.status === "scored") return evaluated;
    if (round === run.config.debugRounds) return evaluated;
    const { status, reason } = evaluated.evaluation;
    const failure = {
      code: evaluated.solution.code,
      status,
      error: reason ?? "",
      round: round + 1,
      mode: run.mode,
    };
    const code = await ask(run, solution.id, "debugger", failure, (text) =>
      syntaxProblem(run, text),
    );
    if (code instanceof NoAnswer || code === evaluated.solution.code) return evaluated;
    solution = { ...draft, id: `${draft.id}/fix-${round + 1}`, code, parent: solution.id };
  }
}

/** Evaluates a script as it is: no debugging. Used for revisions, and for variants of an ablation. */
export async function evaluateOnce(
  run: Run,
  draft: Solution,
  parentScore: number | null,
  fixes: number,
): Promise<Evaluated | null> {
  const screened = await screen(run, draft.id, draft.code);
  const solution = { ...draft, code: screened.code };
  // What has its verdict from an earlier session lies there already.
  if (run.recorded("evaluated", `${solution.id}/evaluated`) === null)
    await keepScript(run, solution);
  const found = await verdict(run, solution, screened.fatal);
  if (found === null) return null;
  const evaluation = { ...found, fixes, warning: found.warning ?? screened.warning };
  return commitEvaluated(run, solution, evaluation, parentScore);
}

async function keepScript(run: Run, { id, code }: Solution): Promise<void> {
  const folder = join(run.folder, "attempts", id);
  await mkdir(folder, { recursive: true });
  await writeAtomically(join(folder, "solution.py"), code);
}

type Verdict = Omit<Evaluation, "fixes">;

async function verdict(run: Run, solution: Solution, leak: string | null): Promise<Verdict | null> {
  const syntax = syntaxProblem(run, solution.code);
  if (leak !== null) return unscored("leaky", leak, []);
  if (syntax !== null) return unscored("failed", syntax, []);
  const views = searchViews(run);
  const [first, ...others] = views;
  if (first === undefined) throw new Error("a split without search views");
  // A script that fails on the first fold is not tried on the others.
  const outcome = await executeView(run, solution, first);
  if (outcome === null) return null;
  const outcomes = [outcome];
  if (outcome.status === "scored") {
    const more = await Promise.all(others.map((view) => executeView(run, solution, view)));
    for (const each of more) {
      if (each === null) return null;
      outcomes.push(each);
    }
  }
  const executed = outcomes.map((each) => each.executed);
  const failed = outcomes.find((each) => each.status !== "scored");
  if (failed !== undefined) return unscored(failed.status, failed.reason, executed);
  if (run.mode === "self-reported")
    return { ...unscored("scored", null, executed), score: outcome.score };
  const pooled = await run.step("pooled", `${solution.id}/pool`, () =>
    run.referee.score(solution.id, views),
  );
  return { ...unscored("scored", null, executed), ...pooled, views };
}

function unscored(status: Status, reason: string | null, executed: readonly Executed[]): Verdict {
  return {
    status,
    score: null,
    interval: null,
    views: [],
    seconds: executed.reduce((sum, each) => sum + each.seconds, 0),
    executions: executed.length,
    reason,
    opened: [...new Set(executed.flatMap((each) => each.opened))].sort(),
    warning: executed.find((each) => each.warning !== null)?.warning ?? null,
  };
}

function syntaxProblem(run: Run, code: string): string | null {
  const error = run.python.hasSyntaxError(code);
  return error === null ? null : `SyntaxError at line ${error.line}: ${error.text}`;
}
