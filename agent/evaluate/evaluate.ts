import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomically } from "../../runs/record/atomic-file.ts";
import type { View } from "../../tasks/referee/referee.ts";
import { commitEvaluated } from "../run/commit.ts";
import {
  type Executed,
  executeView,
  predictionsOn,
  searchViews,
  type ViewOutcome,
} from "../run/execute.ts";
import { chooseFolds } from "../run/folds.ts";
import type { Run } from "../run/run.ts";
import type { Evaluated, Evaluation, Solution, Status } from "../solution.ts";
import { runCanary, suspicionOf } from "../trust/canary.ts";
import { checkLeaks, type LeakCheck } from "./leak-check.ts";
import { repair, revise, syntaxProblem } from "./repair.ts";
import { tryRows } from "./search-rows.ts";

/**
 * A solution → its evaluation: static checks, leak check, run, referee, canary, debug loop.
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
    const code = await repair(run, evaluated, round);
    if (code === null) break;
    const solution = revise(run, lineage, evaluated, code, round);
    if (solution.origin === "replacement") lineage = solution;
    evaluated = await evaluateOnce(run, solution, parentScore, evaluated);
  }
  return evaluated;
}

/** Evaluates a script as it is: no debugging. Used for revisions, and for variants of an ablation. */
export async function evaluateOnce(
  run: Run,
  draft: Solution,
  parentScore: number | null,
  previous: Evaluated | null = null,
): Promise<Evaluated | null> {
  const checked = await checkLeaks(run, draft.id, draft.code, previous);
  const solution = { ...draft, code: checked.code };
  // What has its verdict from an earlier session lies there already, unless somebody took it away.
  const isKept = run.journal.recorded("evaluated", `${solution.id}/evaluated`) !== null;
  if (!isKept || !existsSync(join(run.folder, "attempts", solution.id, "solution.py")))
    await keepScript(run, solution, checked);
  const found = await verdict(run, solution, checked.refused);
  if (found === null) {
    run.drafts.set(solution.id, solution);
    return null;
  }
  const { warning, leakage } = checked;
  const annotated = { ...found, warning: found.warning ?? warning, leakage };
  const cleared = await applyCanary(run, solution, annotated, { parentScore, checked });
  const fixes = previous === null ? 0 : previous.evaluation.fixes + 1;
  return commitEvaluated(run, solution, { ...cleared, fixes }, parentScore);
}

/** The script, and beside it what the leak check saw in it. */
async function keepScript(
  run: Run,
  { id, code }: Solution,
  { findings }: LeakCheck,
): Promise<void> {
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
  const trial = await tryRows(run, solution);
  if (trial === null) return null;
  if (trial !== "passed") return unscored(trial.status, trial.reason, [trial.executed]);
  const [first] = searchViews(run);
  if (first === undefined) throw new Error("a split without search views");
  const outcome = await executeView(run, solution, first);
  if (outcome === null) return null;
  const outcomes = [outcome];
  const others = await furtherViews(run, solution, first, outcome);
  for (const each of await Promise.all(others.map((view) => executeView(run, solution, view)))) {
    if (each === null) return null;
    outcomes.push(each);
  }
  const executed = outcomes.map((each) => each.executed);
  const failed = outcomes.find((each) => each.status !== "scored");
  if (failed !== undefined) return unscored(failed.status, failed.reason, executed);
  if (run.mode === "self-reported")
    return { ...unscored("scored", null, executed), score: outcome.score };
  const views = [first, ...others];
  const pooled = await run.journal.step("pooled", `${solution.id}/pool`, () =>
    run.referee.score(solution.id, views),
  );
  return { ...unscored("scored", null, executed), ...pooled, views };
}

/** Standard errors by which a script must be worse than its parent on the first fold to be spared the others: a choice of ours. */
const HOPELESS_ERRORS = 3;

/**
 * The folds that a script is run on after the first: none where it fails there, is far worse than its parent, or predicts
 * the very same, as with one member of weight zero more or less.
 */
async function furtherViews(
  run: Run,
  { id, parent }: Solution,
  first: View,
  { status, executed }: ViewOutcome,
): Promise<View[]> {
  if (status !== "scored") return [];
  await chooseFolds(run, executed.seconds);
  const others = searchViews(run).slice(1);
  const base = parent === null ? null : (run.evaluated.get(parent)?.evaluation ?? null);
  if (others.length === 0 || parent === null || !base?.views.includes(first)) return others;
  const predicted = predictionsOn(run, id, [first]);
  if (predicted !== null && predicted === predictionsOn(run, parent, [first])) return [];
  const { gain, standardError } = await run.journal.step(
    "compared",
    `${id}/first-fold`,
    async () => ({
      incumbent: parent,
      challenger: id,
      views: [first],
      ...(await run.referee.compare(parent, id, [first])),
    }),
  );
  return gain < -HOPELESS_ERRORS * standardError ? [] : others;
}

/**
 * Runs the canary before a score counts that leaps, or whose script the leak check suspects. A script that knows
 * the answers otherwise is refused; one that is suspected counts only when the canary clears it.
 */
async function applyCanary(
  run: Run,
  solution: Solution,
  found: Omit<Evaluation, "fixes">,
  { parentScore, checked }: { parentScore: number | null; checked: LeakCheck },
): Promise<Omit<Evaluation, "fixes">> {
  if (found.status !== "scored") return found;
  const isSuspected = found.leakage === "suspected";
  const seen = checked.suspicion ?? suspicionOf(run, found, parentScore);
  const asked = isSuspected ? found.warning : seen;
  if (asked === null) return found;
  const withheld = { ...found, score: null, interval: null, views: [], status: "leaky" as const };
  if (run.config.canary !== "auto") {
    const why = `${asked}\nthe canary, which could clear it, is set to ${run.config.canary}`;
    return isSuspected ? { ...withheld, reason: why } : found;
  }
  const canary = await runCanary(run, solution, asked);
  switch (canary.verdict) {
    case "above-chance":
      return { ...withheld, reason: `canary: ${canary.why}` };
    case "passed":
      return { ...found, warning: `${asked}; canary: ${canary.why}` };
    case "unverified":
    case "skipped": {
      const doubt = `${asked}\nthe canary did not clear it: ${canary.why}`;
      // A text that rules suspect is no proof, but a script that brings answers may also see to it that it fails there.
      const fails = canary.verdict === "unverified" && checked.suspicion !== null;
      return isSuspected || fails ? { ...withheld, reason: doubt } : { ...found, warning: doubt };
    }
  }
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
