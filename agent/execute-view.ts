import type { View, ViewRun } from "../tasks/referee/referee.ts";
import { type Executed, execute, judge } from "./run/execute.ts";
import type { Run } from "./run/run.ts";
import type { Solution, Status } from "./solution.ts";

/** What running a script under one view came to. */
export type ViewOutcome = {
  executed: Executed;
  status: Status;
  score: number | null;
  reason: string | null;
};

/** Runs and judges one view, once however often it is asked for; null when the budget does not allow it. */
export function executeView(
  run: Run,
  solution: Solution,
  view: ViewRun,
): Promise<ViewOutcome | null> {
  return run.slots.once(`${solution.id}/${view}`, () => runView(run, solution, view));
}

async function runView(run: Run, solution: Solution, view: ViewRun): Promise<ViewOutcome | null> {
  const executed = await execute(run, solution.id, solution.code, view);
  if (executed === null) return null;
  const status = statusOf(executed);
  if (status !== "scored") return { executed, status, score: null, reason: reasonOf(executed) };
  if (run.mode === "self-reported" && view !== "final") {
    const score = run.python.parseScoreLine(executed.log);
    const reason =
      score === null ? "no finite `Final Validation Performance: <x>` line was printed" : null;
    return { executed, status: score === null ? "failed" : "scored", score, reason };
  }
  const judgement = await judge(run, executed);
  const valid = judgement.status !== "invalid-submission";
  return {
    executed,
    status: valid ? "scored" : "invalid-submission",
    score: judgement.score,
    reason: judgement.reason,
  };
}

/** The views that judge every solution; a self-reported run has one, on the public folder. */
export function searchViews(run: Run): View[] {
  if (run.mode === "self-reported") return ["fold-0"];
  return run.referee.split.folds.slice(0, run.referee.split.searchFolds).map((fold) => fold.view);
}

function statusOf(executed: Executed): Status {
  switch (executed.outcome) {
    case "finished":
      return "scored";
    case "timed-out":
      return "timed-out";
    case "out-of-memory":
      return "out-of-memory";
    case "forbidden":
      return "leaky";
    case "error":
    case "output-limit":
    case "disk-limit":
      return "failed";
  }
}

function reasonOf(executed: Executed): string {
  if (executed.outcome === "forbidden")
    return `ended while it ran, for this is forbidden: ${executed.audit?.forbidden ?? "not told"}`;
  const head = executed.outcome === "error" ? `exit code ${executed.exitCode}` : executed.outcome;
  return `${head} after ${executed.seconds.toFixed(1)} s\n${executed.log.slice(-6000)}`;
}
