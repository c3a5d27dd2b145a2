import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomically } from "../../runs/record/atomic-file.ts";
import { modelReplacement } from "../drift.ts";
import { ask, NoAnswer } from "../run/ask.ts";
import { commitEvaluated } from "../run/commit.ts";
import { type Executed, executeView, searchViews } from "../run/execute.ts";
import type { Run } from "../run/run.ts";
import type { Evaluated, Evaluation, Solution, Status } from "../solution.ts";
import { suspicionOf } from "../suspicion.ts";
import { runCanary } from "../trust/canary.ts";
import { type Screened, screen } from "./leak-check.ts";
import { searchError } from "./repair.ts";

/**
 * A solution → its evaluation: static checks, leak defence, run, referee, canary, debug loop (design §3).
 * Every revision is evaluated, journaled and committed; the last one is returned, scored or not.
 * Null when the budget ended before it could run.
 */
export async function evaluate(
  run: Run,
  draft: Solution,
  parentScore: number | null,
): Promise<Evaluated | null> {
  let evaluated = await evaluateOnce(run, draft, parentScore);
  let lineage = draft;
  for (let round = 1; round <= run.config.debugRounds; round++) {
    if (evaluated === null || evaluated.evaluation.status === "scored") break;
    const code = await repaired(run, evaluated, round);
    if (code === null) break;
    const solution = revise(run, lineage, evaluated, code, round);
    if (solution.origin === "replacement") lineage = solution;
    evaluated = await evaluateOnce(run, solution, parentScore, evaluated);
  }
  return evaluated;
}

/** A_debugger: the script corrected by what was wrong with it; null when there is nothing new to try. */
async function repaired(run: Run, failed: Evaluated, round: number): Promise<string | null> {
  const { solution, evaluation } = failed;
  const { status, reason } = evaluation;
  const references = await searchError(run, failed);
  const failure = {
    ...{ code: solution.code, status, error: reason ?? "", round, mode: run.mode },
    references,
  };
  const code = await ask(run, solution.id, "debugger", failure, (text) => syntaxProblem(run, text));
  return code instanceof NoAnswer || code === solution.code ? null : code;
}

/** A repair is the old solution, mended; one that left the model for another is a solution of its own. */
function revise(
  run: Run,
  lineage: Solution,
  failed: Evaluated,
  code: string,
  round: number,
): Solution {
  const parent = failed.solution.id;
  const drift = modelReplacement(run, failed.solution.code, code);
  if (drift === null) return { ...lineage, id: `${lineage.id}/fix-${round}`, code, parent };
  const was = lineage.plan === null ? "" : `; was to be: ${lineage.plan}`;
  const plan = `${drift.from} → ${drift.to}${was}`;
  const id = `${lineage.id}/replacement-${round}`;
  return { ...lineage, id, code, parent, origin: "replacement", plan };
}

/** Evaluates a script as it is: no debugging. Used for revisions, and for variants of an ablation. */
export async function evaluateOnce(
  run: Run,
  draft: Solution,
  parentScore: number | null,
  previous: Evaluated | null = null,
): Promise<Evaluated | null> {
  const screened = await screen(run, draft.id, draft.code, previous);
  const solution = { ...draft, code: screened.code };
  // What has its verdict from an earlier session lies there already.
  if (run.journal.recorded("evaluated", `${solution.id}/evaluated`) === null)
    await keepScript(run, solution, screened);
  const found = await verdict(run, solution, screened.refused);
  if (found === null) return null;
  const { warning, leakage } = screened;
  const told = { ...found, warning: found.warning ?? warning, leakage };
  const believed = await believe(run, solution, told, parentScore);
  const fixes = previous === null ? 0 : previous.evaluation.fixes + 1;
  return commitEvaluated(run, solution, { ...believed, fixes }, parentScore);
}

/** The script, and beside it what the leak defence saw in it. */
async function keepScript(run: Run, { id, code }: Solution, { findings }: Screened): Promise<void> {
  const folder = join(run.folder, "attempts", id);
  await mkdir(folder, { recursive: true });
  await writeAtomically(join(folder, "solution.py"), code);
  const lines = findings.map(
    ({ line, code: text, rule, why }) => `line ${line}: ${rule}: ${why}\n    ${text}\n`,
  );
  if (lines.length > 0) await writeAtomically(join(folder, "findings.txt"), lines.join(""));
}

type Verdict = Omit<Evaluation, "fixes" | "leakage">;

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
  const pooled = await run.journal.step("pooled", `${solution.id}/pool`, () =>
    run.referee.score(solution.id, views),
  );
  return { ...unscored("scored", null, executed), ...pooled, views };
}

/**
 * The canary is heard before a score is believed that leaps, or whose script the leak defence suspects. A script
 * that knows the answers otherwise is refused; one that is suspected counts only when the canary clears it.
 */
async function believe(
  run: Run,
  solution: Solution,
  found: Omit<Evaluation, "fixes">,
  parentScore: number | null,
): Promise<Omit<Evaluation, "fixes">> {
  if (found.status !== "scored") return found;
  const isSuspected = found.leakage === "suspected";
  const asked = isSuspected ? found.warning : suspicionOf(run, found, parentScore);
  if (asked === null) return found;
  const withheld = { ...found, score: null, interval: null, views: [], status: "leaky" as const };
  if (run.config.canary !== "auto") {
    const why = `${asked}\nthe canary, which could clear it, is set to ${run.config.canary}`;
    return isSuspected ? { ...withheld, reason: why } : found;
  }
  const { verdict: heard, why } = await runCanary(run, solution, asked);
  if (heard === "above-chance") return { ...withheld, reason: `canary: ${why}` };
  if (heard === "fell-to-chance") return { ...found, warning: `${asked}; canary: ${why}` };
  const doubt = `${asked}\nthe canary did not clear it: ${why}`;
  return isSuspected ? { ...withheld, reason: doubt } : { ...found, warning: doubt };
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
