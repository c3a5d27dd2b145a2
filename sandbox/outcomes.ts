import { constants } from "node:os";
import { join } from "node:path";
import type { Attempt, Job, Outcome } from "./contract.ts";
import { LOG_NAME, readTrace, sealLog, type Trace } from "./traces.ts";

/** Podman takes the end of a container from the time of a file, which the kernel rounds down. */
const CLOCK_SLACK_SECONDS = 0.1;

/** Why the harness ended a script, where it did. */
export type Verdict = { outcome: Outcome; detail: string } | "interrupted" | null;

/** How a script ended, as its engine saw it. */
export type Ended = {
  exitCode: number | null;
  signal: string | null;
  seconds: number;
  /** Whether the kernel killed anything in it for memory; null where that is not known. */
  oomKilled: boolean | null;
  peakMb: number | null;
};

/** Decides the outcome of an execution, the same way for every engine. */
export async function judgeExecution(job: Job, ended: Ended, verdict: Verdict): Promise<Attempt> {
  const { limits, workspace } = job;
  const logFile = join(workspace, LOG_NAME);
  const [trace, log] = await Promise.all([readTrace(workspace), sealLog(logFile, limits.outputMb)]);
  const { exitCode, seconds } = ended;
  const oomKilled = ended.oomKilled ?? (trace.oomKills === null ? null : trace.oomKills > 0);
  const found = outcomeOf(limits.seconds, { ...ended, oomKilled }, verdict, trace.memoryError);
  const audit = { ...trace.audit, forbidden: trace.audit.forbidden ?? tampered(found, trace) };
  const isRefused = audit.forbidden !== null && job.rules === "enforced";
  const judged = isRefused ? { outcome: "forbidden" as const, warning: audit.forbidden } : found;
  const peaks = [ended.peakMb, trace.peakMb, oomKilled ? limits.memoryMb : null];
  const known = peaks.filter((each) => each !== null);
  const peakMb = known.length === 0 ? null : Math.max(...known);
  const signal = ended.signal ?? signalName(exitCode);
  const { opened, started: hasStarted } = trace;
  const execution = {
    ...judged,
    exitCode,
    signal,
    seconds,
    peakMb,
    gpu: null,
    logFile,
    log,
    opened,
    audit,
  };
  return { execution, hasStarted };
}

/** A script that seems to have ended well, but without the runner's last note, left early or harmed the record. */
function tampered({ outcome }: { outcome: Outcome }, { ended }: Trace): string | null {
  if (outcome !== "finished" || ended) return null;
  return "ended past the interpreter, or harmed the record of what it did";
}

/** Shells report a death by signal as 128 plus its number. */
function signalName(exitCode: number | null): string | null {
  const named = Object.entries(constants.signals);
  return named.find(([, number]) => number === (exitCode ?? 0) - 128)?.[0] ?? null;
}

function outcomeOf(
  limitSeconds: number,
  { exitCode, signal, seconds, oomKilled }: Ended,
  verdict: Verdict,
  memoryError: boolean,
): { outcome: Outcome; warning: string | null } {
  if (verdict !== null && verdict !== "interrupted") {
    return { outcome: verdict.outcome, warning: `ended by the harness: ${verdict.detail}` };
  }
  const wasKilled = exitCode === 137 || signal === "SIGKILL";
  if (oomKilled) {
    const warning =
      exitCode === 0 ? "a child was killed for memory, yet the script exited 0" : null;
    return { outcome: "out-of-memory", warning };
  }
  if ((wasKilled || exitCode === 124) && seconds >= limitSeconds - CLOCK_SLACK_SECONDS) {
    return { outcome: "timed-out", warning: `ended by the harness: more than ${limitSeconds} s` };
  }
  if (exitCode === 0) return { outcome: "finished", warning: null };
  if (memoryError) return { outcome: "out-of-memory", warning: null };
  if (wasKilled && oomKilled === null) {
    const warning = "killed from outside, most likely because memory ran out";
    return { outcome: "out-of-memory", warning };
  }
  return { outcome: "error", warning: null };
}
