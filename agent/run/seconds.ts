import type { Event } from "../../runs/events/events.ts";
import { parseViewRun, type Split, type View } from "../../tasks/referee/referee.ts";
import type { Run } from "./run.ts";

/** A forecast is taken to be this much too short: machines are not alike from minute to minute. */
const MARGIN = 1.15;
/** Share of the fastest execution of a run that is taken for what every script needs whatever the rows: start, imports. */
const FIXED_SHARE = 0.8;

/** The view that stays capped. */
const OF_TRIAL = /^trial-/u;
/** Views that show the first fold once more, shuffled or in disguise. */
const OF_FIRST_FOLD = /^(?:trial|halved|shuffled|rekeyed|perturbed|fresh|permuted)-/u;

/** Seconds of every script that ran to its end, on one view or on all. */
export function finishedSeconds(events: readonly Event[], view: View | null = null): number[] {
  return events.flatMap((event) =>
    event.type === "executed" &&
    event.value.outcome === "finished" &&
    (view === null || event.value.view === view)
      ? [event.value.seconds]
      : [],
  );
}

/** Seconds of one execution, on average: what the limit of an execution is compared with. */
export function secondsEach({
  seconds,
  executions,
}: {
  seconds: number;
  executions: number;
}): number {
  return seconds / Math.max(1, executions);
}

/** Seconds that a script takes on a view, by what it took on others itself; 0 before it ran anywhere. */
export function forecastSeconds({ journal, referee }: Run, id: string, view: View): number {
  return forecast(journal.events, referee.split, id, view);
}

/**
 * The same as a pure function: a line over the training rows, through its fastest start and the largest view that it
 * has run on. What ran on the view itself is known.
 */
export function forecast(events: readonly Event[], split: Split, id: string, view: View): number {
  const finished = events.flatMap((event) =>
    event.type === "executed" && event.value.outcome === "finished" ? [event.value] : [],
  );
  const own = finished
    .filter(({ solution }) => solution === id)
    .map((each) => ({ seconds: each.seconds, view: parseViewRun(each.view).view }));
  const known = own.find((each) => each.view === view);
  if (known !== undefined) return known.seconds;
  const rowsOf = (each: View) => trainRows(events, split, each);
  const sized = own.map((each) => ({ ...each, rows: rowsOf(each.view) }));
  const [largest] = sized.sort((a, b) => b.rows - a.rows || b.seconds - a.seconds);
  if (largest === undefined) return 0;
  const fixed = FIXED_SHARE * Math.min(...finished.map(({ seconds }) => seconds));
  const growth = rowsOf(view) / Math.max(1, largest.rows);
  return MARGIN * (fixed + (largest.seconds - fixed) * Math.max(1, growth));
}

/** Training rows that a view shows. */
function trainRows(events: readonly Event[], split: Split, view: View): number {
  const { folds, trainRows: all, sealedRows, subsample } = split;
  if (view === "final") return all;
  if (view === "sealed") return all - sealedRows;
  const chosen = events.find((event) => event.type === "rows-chosen")?.value ?? null;
  if (chosen?.isLifted === true && !OF_TRIAL.test(view)) return chosen.whole;
  const named = OF_FIRST_FOLD.test(view) ? "fold-0" : view;
  const fold = folds.find((each) => each.view === named)?.trainRows ?? all;
  return subsample === null ? fold : Math.min(fold, subsample);
}

/** Wall clock of executions side by side: no less than the longest of them, nor than their share of the slots. */
export function wallClock(seconds: readonly number[], slots: number): number {
  const total = seconds.reduce((sum, each) => sum + each, 0);
  return Math.max(0, ...seconds, total / slots);
}
