import { setTimeout } from "node:timers/promises";
import type { Clock } from "../../runs/clock.ts";

/** Turns of the event loop without a file or a process at work, after which nothing goes on by itself. */
const QUIET_TURNS = 10;
/** Real time that they take at least: libraries wait some milliseconds on timers of their own. */
const QUIET_MS = 150;

/**
 * Time that goes on only where all that is real has come to rest: then to whoever sleeps the shortest. However busy the
 * machine is, the same sleeps end in the same order at the same time.
 */
export function simulatedTime() {
  let now = 0;
  let isGoingOn = false;
  const sleepers: { until: number; wake: () => void }[] = [];
  const usual = atWork();
  const goOn = async () => {
    isGoingOn = true;
    while (sleepers.length > 0) {
      for (let turns = 0; turns < QUIET_TURNS; turns++) {
        await setTimeout(QUIET_MS / QUIET_TURNS);
        if (atWork() > usual) turns = 0;
      }
      sleepers.sort((a, b) => a.until - b.until);
      const next = sleepers.shift();
      now = next?.until ?? now;
      next?.wake();
    }
    isGoingOn = false;
  };
  const clock: Clock = { now: () => new Date(1000 * now), monotonic: () => now };
  return {
    clock,
    /** Resolves when so many seconds have gone by. */
    sleep: (seconds: number) =>
      new Promise<void>((wake) => {
        sleepers.push({ until: now + seconds, wake });
        if (!isGoingOn) void goOn();
      }),
  };
}

/** Requests to the file system and processes that somebody waits for. */
function atWork(): number {
  const waited = /^(?:FSReq|Process|Pipe)/u;
  return process.getActiveResourcesInfo().filter((name) => waited.test(name)).length;
}
