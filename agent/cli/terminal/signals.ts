import { Interrupted } from "../../../runs/errors.ts";
import type { RunHandle } from "../../run/create.ts";
import type { OpenRun } from "../open/run.ts";
import { exitCodes } from "./failures.ts";
import type { Progress } from "./progress.ts";

/** What ends a command: Ctrl-C, `kill`, and a terminal that is closed. */
export const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Under `npm start` one key press comes twice, from the terminal and from npm: this close it counts once. */
const SAME_PRESS_MS = 400;

/** What signals do to a session. */
export type Signals = {
  /** Ends what is done before there is something to pause. */
  readonly setUp: AbortSignal;
  /** The first signal that came; null so far. */
  readonly received: string | null;
  /** From here on there is something to pause. */
  attach(open: OpenRun, handle: RunHandle): void;
  /** Waits until the journal says that a signal came. */
  recorded(): Promise<void>;
  close(): void;
};

/**
 * The first signal pauses the run, or finishes it where that is asked for; the second ends the process at once,
 * and the same command goes on from the journal. Before there is a run the first one ends its set-up.
 */
export function listenForSignals(first: "pause" | "finish", progress: Progress): Signals {
  let received: string | null = null;
  let receivedAt = 0;
  let attached: { open: OpenRun; handle: RunHandle } | null = null;
  let recording: Promise<unknown> = Promise.resolve();
  const setUp = new AbortController();
  const begin = (signal: string) => {
    if (attached === null) return;
    const { open, handle } = attached;
    if (first === "pause") {
      progress.line(
        `${signal}: pausing; what makes the first submission is finished (once more ends at once)`,
      );
      handle.pause();
      recording = open.journal.append("run-paused", "run-paused", { signal });
    } else {
      progress.line(`${signal}: finishing with the best solution so far (once more ends at once)`);
      handle.stopSearch();
      recording = open.journal.append("finish-asked", "finish-asked", { by: signal });
    }
  };
  const onSignal = (signal: string) => {
    const isSamePress = received !== null && performance.now() - receivedAt < SAME_PRESS_MS;
    if (isSamePress) return;
    if (received !== null) {
      progress.close();
      progress.line("stopped at once: run the same command to go on");
      process.exit(exitCodes.interrupted);
    }
    received = signal;
    receivedAt = performance.now();
    if (attached !== null) return begin(signal);
    progress.line(`${signal}: ending the set-up (once more ends at once)`);
    setUp.abort(new Interrupted(signal));
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    setUp: setUp.signal,
    get received() {
      return received;
    },
    attach(open, handle) {
      attached = { open, handle };
      // It came when the set-up was just over.
      if (received !== null) begin(received);
    },
    recorded: async () => void (await recording),
    close() {
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
}
