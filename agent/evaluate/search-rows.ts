import type { EventValue } from "../../runs/events/events.ts";
import type { CappedRows, View } from "../../tasks/referee/referee.ts";
import { executeView, type ViewOutcome } from "../run/execute.ts";
import { affordableFolds, mostFolds, roomForFolds } from "../run/folds.ts";
import type { Run } from "../run/run.ts";
import type { Solution } from "../solution.ts";

/** The first fold under the cap, whatever the search comes to train on. */
const TRIAL: View = "trial-0";
/** Where in the journal it is decided how many rows the search trains on. */
const ROWS_CHOSEN = "search/rows";
/** Share of an execution's limit that a script may take on all rows for all to have them: the first one is seldom the slowest. A choice of ours. */
const EXECUTION_SHARE = 0.25;

type RowsChosen = EventValue<"rows-chosen">;

/**
 * Where a cap holds back training rows, a script is tried under it before any is scored, and then on all the data, which
 * makes the first submission: the search trains on all rows of its folds where they cost no fold, and no script much of
 * its limit. Returns what came of a script that did not run in its trial, since it need not be run on more; null where
 * the budget ended; "passed" for every other.
 */
export async function tryRows(
  run: Run,
  solution: Solution,
): Promise<ViewOutcome | "passed" | null> {
  const rows = await cappedRows(run);
  if (rows === null) return "passed";
  const key = `${solution.id}/${TRIAL}/run`;
  // What it came to in an earlier session it comes to again, though the rows have been chosen since.
  let isTried =
    run.journal.recorded("executed", key) !== null || run.budget.refusedBefore(key) !== null;
  for (;;) {
    const outcome = isTried ? await executeView(run, solution, TRIAL) : null;
    if (isTried && outcome?.status !== "scored") return outcome;
    const chosen = await run.slots.once(ROWS_CHOSEN, () => {
      isTried = true;
      return choose(run, solution, rows);
    });
    if (chosen !== null) return "passed";
  }
}

/** Null where no cap holds anything back, or where it is to stay. */
async function cappedRows({ config, mode, referee }: Run): Promise<CappedRows | null> {
  const isCapped = config.liftSubsample && config.subsample !== null && mode === "referee";
  return isCapped && referee.split.subsample !== null ? referee.cappedRows() : null;
}

/** Null where this script did not run: the next one is tried. */
async function choose(run: Run, solution: Solution, rows: CappedRows): Promise<RowsChosen | null> {
  const known = run.journal.recorded("rows-chosen", ROWS_CHOSEN);
  const trial = known === null ? await executeView(run, solution, TRIAL) : null;
  if (known === null && trial?.status !== "scored") return null;
  const trialSeconds = trial?.executed.seconds ?? 0;
  const onAll = known === null ? await onAllData(run, solution, rows, trialSeconds) : null;
  const chosen = await run.journal.step("rows-chosen", ROWS_CHOSEN, async () => {
    const seconds = onAll?.status === "scored" ? onAll.executed.seconds : null;
    const isLifted = seconds !== null && isCheap(run, { seconds, trialSeconds });
    return { solution: solution.id, isLifted, ...rows, trialSeconds, seconds };
  });
  // Also where an earlier session chose: what the referee keeps may be lost.
  if (chosen.isLifted) await run.referee.useAllRows();
  return chosen;
}

/** Null where it would take longer than an execution may. */
async function onAllData(
  run: Run,
  solution: Solution,
  { capped, whole }: CappedRows,
  trialSeconds: number,
): Promise<ViewOutcome | null> {
  const isHopeless = (trialSeconds * whole) / capped > run.config.executionSeconds;
  return isHopeless ? null : executeView(run, solution, "final");
}

function isCheap(
  { config, slots, referee }: Run,
  { seconds, trialSeconds }: { seconds: number; trialSeconds: number },
): boolean {
  const foldsBy = (each: number) =>
    affordableFolds(config, {
      seconds: each,
      slots: slots.count,
      most: mostFolds(config, referee.split),
    });
  return (
    seconds <= EXECUTION_SHARE * config.executionSeconds &&
    roomForFolds(config, seconds, slots.count) >= 1 &&
    foldsBy(seconds) >= foldsBy(trialSeconds)
  );
}
