import type { FileHandle } from "node:fs/promises";
import type { Job, Outcome } from "../contract.ts";
import type { Verdict } from "../outcomes.ts";
import { endGroup } from "./processes.ts";
import type { Started } from "./start-group.ts";
import { watch } from "./watcher.ts";

/** A command that has just started a script, and what is needed to keep it within its limits. */
export type Supervised = {
  started: Started;
  /** Output of the script; it writes there itself. */
  log: FileHandle;
  /** Folders that count as written by the script. */
  folders: string[];
  /** Whether the kernel limits memory and processes. */
  isLimited: boolean;
};

/** How a supervised command ended; `status` is what it wrote to its pipe. */
export type Ran = {
  exitCode: number | null;
  signal: string | null;
  verdict: Verdict;
  seconds: number;
  peakMb: number;
  status: string;
};

/** Watches a command until it ends or passes a limit; `release` ends what is left of it. */
export async function supervise(
  { started, log, folders, isLimited }: Supervised,
  job: Job,
  signal: AbortSignal,
  release: (verdict: Verdict, status: string) => Promise<void>,
): Promise<Ran> {
  const { limits } = job;
  const { child, ended, status, recorded } = started;
  const startedAt = performance.now();
  let verdict: Verdict = null;
  const end = (why: Verdict): void => {
    verdict ??= why;
    endGroup(child.pid);
  };
  const onBreach = (outcome: Outcome, detail: string): void => end({ outcome, detail });
  const onTime = (): void => onBreach("timed-out", `more than ${limits.seconds} s`);
  const timer = setTimeout(onTime, limits.seconds * 1000);
  const onAbort = (): void => end("interrupted");
  signal.addEventListener("abort", onAbort);
  if (signal.aborted) onAbort();
  const leader = child.pid ?? 0;
  const outputBytes = async (): Promise<number> => (await log.stat()).size;
  const watcher = watch({
    leader: async () => leader,
    limits,
    outputBytes,
    folders,
    isLimited,
    onBreach,
  });
  let seconds = 0;
  let peakMb = 0;
  let result: Awaited<typeof ended>;
  try {
    result = await ended;
    seconds = (performance.now() - startedAt) / 1000;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
    peakMb = await watcher.stop();
    endGroup(child.pid);
    await release(verdict, status.text);
    await recorded;
  }
  return { ...result, verdict, seconds, peakMb, status: await status.whole };
}
