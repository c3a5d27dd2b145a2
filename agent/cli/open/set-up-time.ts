import { LimitReached } from "../../../runs/errors.ts";
import { inTime } from "../../../runs/patience.ts";

/** What a run's set-up takes of its time limit: all but installing packages and building an image. */
export type SetUpTime = {
  /** Aborts when the limit has passed, or the set-up is to end for another reason. */
  readonly signal: AbortSignal;
  /** Seconds that count so far. */
  seconds(): number;
  /** Seconds until the limit, null without one; goes on counting when the set-up is over. */
  secondsLeft(): number | null;
  /** Work that does not count. */
  uncounted<T>(work: () => Promise<T>): Promise<T>;
  /** The set-up itself, ended at the limit also where something in it hangs. Throws `LimitReached`, or what it is ended with. */
  spend<T>(setUp: () => Promise<T>): Promise<T>;
};

/** Parts that are told to end have this long for it. */
const GRACE_SECONDS = 2;
const FOR_EVER_SECONDS = 2 ** 31 / 1000 - 1;

/**
 * `spentBefore`: seconds of earlier sessions; `begun`: when this one began, on the clock of `performance.now()`;
 * `stop`: ends the set-up before its limit, with the signal's reason.
 */
export function openSetUpTime(
  timeLimit: number | null,
  spentBefore: number,
  { begun, stop }: { begun: number; stop: AbortSignal },
): SetUpTime {
  const controller = new AbortController();
  const signal = AbortSignal.any([controller.signal, stop]);
  let counted = 0;
  let paused = 0;
  let since = begun;
  let timer: NodeJS.Timeout | undefined;
  const countUntilNow = () => {
    const now = performance.now();
    if (paused === 0) counted += (now - since) / 1000;
    since = now;
  };
  const seconds = () => {
    countUntilNow();
    return counted;
  };
  const secondsLeft = () => (timeLimit === null ? null : timeLimit - spentBefore - seconds());
  const arm = () => {
    clearTimeout(timer);
    const left = secondsLeft();
    if (left === null || paused > 0) return;
    const expire = () => controller.abort(tooLate(timeLimit));
    timer = setTimeout(expire, Math.min(FOR_EVER_SECONDS, Math.max(0, left)) * 1000);
  };
  return {
    signal,
    seconds,
    secondsLeft,
    async uncounted(work) {
      countUntilNow();
      paused += 1;
      arm();
      try {
        return await work();
      } finally {
        countUntilNow();
        paused -= 1;
        arm();
      }
    },
    async spend(setUp) {
      arm();
      try {
        return await orTooLate(setUp(), signal);
      } catch (error) {
        throw signal.aborted ? signal.reason : error;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

async function orTooLate<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const ended =
    (await inTime(work, FOR_EVER_SECONDS, signal)) ?? (await inTime(work, GRACE_SECONDS));
  if (ended === null) throw signal.reason;
  return ended.value;
}

function tooLate(timeLimit: number | null): LimitReached {
  const where = `: the time limit of ${timeLimit} s passed before the run could begin; raise --time-limit and repeat the command`;
  return new LimitReached("seconds", { where });
}
