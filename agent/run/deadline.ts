import { Interrupted, LimitReached, stoppedBy } from "../../runs/errors.ts";
import type { Run } from "./run.ts";

/** Longest delay of a timer, in milliseconds. */
const LONGEST_MS = 2 ** 31 - 1;

/** The moment from which what is in flight may go on no longer. */
export type Deadline = {
  /** Aborts at that moment, with a `LimitReached` as its reason; a new one when there is time again. */
  readonly signal: AbortSignal;
  /** The moment may have moved. */
  move(): void;
};

/** Opens a deadline; `secondsLeft` says how long it is until then, null for ever. */
export function openDeadline(secondsLeft: () => number | null): Deadline {
  let controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const move = () => {
    clearTimeout(timer);
    const left = secondsLeft();
    if (left === null) return;
    if (left <= 0) controller.abort(new LimitReached("seconds"));
    else timer = setTimeout(move, Math.min(LONGEST_MS, Math.ceil(left * 1000))).unref();
  };
  return {
    move,
    get signal() {
      if (controller.signal.aborted) controller = new AbortController();
      move();
      return controller.signal;
    },
  };
}

/** What ends at once when it is told to has this long for it; an execution may have to be killed. */
export const GRACE_SECONDS = { call: 2, execution: 8 };

/**
 * Whether an effect failed because `signal` ended it, or since it may not go on. What the run's deadline has cut
 * is journaled as that limit, so that a replay does not begin it either; it is nobody's failure.
 */
export async function wasStopped(
  run: Run,
  key: string,
  signal: AbortSignal,
  error: unknown,
): Promise<boolean> {
  if (!(error instanceof Interrupted || error instanceof LimitReached)) return false;
  const cause = error instanceof Interrupted ? signal.reason : error;
  if (cause instanceof LimitReached) await run.budget.refuse(key, cause.limit);
  return true;
}

/**
 * Work that a signal ends, left to itself where it does not end soon after: what hangs must not hold up a run.
 * Throws what the signal says then (`LimitReached`, `Interrupted`).
 */
export async function endedBy<T>(
  signal: AbortSignal,
  graceSeconds: number,
  work: () => Promise<T>,
): Promise<T> {
  const working = work();
  let timer: NodeJS.Timeout | undefined;
  let onAbort: () => void = () => undefined;
  const abandoned = new Promise<never>((_, reject) => {
    onAbort = () => {
      timer = setTimeout(() => reject(stoppedBy(signal)), graceSeconds * 1000);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
  try {
    return await Promise.race([working, abandoned]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}
