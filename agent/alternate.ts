import { publishConstant } from "./phases/publish.ts";
import { endToolSearch, openScoring, type ToolScoring, workWithTools } from "./phases/tool-work.ts";
import type { Run } from "./run/run.ts";
import type { Finished } from "./solution.ts";
import { digestOf } from "./tools/compact.ts";
import type { Workspace } from "./tools/tool-context.ts";

/** Share of the time limit, beside what finalizing needs, in which nothing new is tried: the accepted scripts compete. HMA leaves 15 minutes of 6 hours. */
const SELECT_SHARE = 15 / 360;
/** Turns in a row, at least, in which nobody has a script scored: then nobody has anything left to try. */
const IDLE_TURNS = 2;

/**
 * Models with tools that take turns in one workspace: each begins with a fresh context and what the one before it
 * handed over, and has so many scripts scored. The end selects by the corrected score and the sealed holdout.
 */
export async function alternate(run: Run): Promise<Finished> {
  await publishConstant(run);
  const scoring = openScoring(run, "alternate");
  const workspace: Workspace = { scripts: new Map(), notes: [] };
  const { turnModels, turnSubmissions } = run.config;
  let handOver: string | null = null;
  let idle = 0;
  for (let turn = 1; idle < Math.max(IDLE_TURNS, turnModels.length); turn++) {
    const at = `alternate/turn-${turn}`;
    if (!(await mayTry(run, `${at}/room`))) break;
    const before = scoring.attempts.length;
    scoring.nextTurn(turnSubmissions);
    const why = await workWithTools(run, scoring, {
      at,
      workspace,
      handOver,
      attempts: turnSubmissions,
      isOver: (place) => overOf(run, scoring, place),
      // Before any script stands a wrong address is for the user to mend.
      mayBeAbsent: () => scoring.best !== null,
    });
    const attempts = scoring.attempts.length - before;
    const model = turnModels[(turn - 1) % turnModels.length] ?? "";
    const note = digestOf({ run, scoring, workspace });
    const facts = { turn, model, attempts, why, note };
    handOver = (await run.journal.step("handed-over", `${at}/handed-over`, async () => facts)).note;
    idle = attempts === 0 ? idle + 1 : 0;
  }
  return endToolSearch(run, scoring);
}

/** Why a turn is over: its scripts are scored, or what is left of the budget is for selecting. */
async function overOf(run: Run, scoring: ToolScoring, at: string): Promise<string | null> {
  const refusal = scoring.refusal();
  if (refusal !== null) return refusal;
  return (await mayTry(run, `${at}/room`)) ? null : "what is left of the time is for selecting";
}

/** Whether something new may be tried: there is more time than selecting is left. */
function mayTry(run: Run, key: string): Promise<boolean> {
  const { timeLimit } = run.config;
  const seconds = timeLimit === null ? 0 : SELECT_SHARE * timeLimit;
  return run.budget.fits(key, { executions: 1, seconds });
}
