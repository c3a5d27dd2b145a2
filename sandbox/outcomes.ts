import { constants } from "node:os";
import { join } from "node:path";
import type { Attempt, Execution, Job, Limits, Outcome } from "./contract.ts";
import { LOG_NAME, readTrace, sealLog, type Trace } from "./traces.ts";

/** Podman takes the end of a container from the time of a file, which the kernel rounds down. */
const CLOCK_SLACK_SECONDS = 0.1;

/** Signals that end a process from outside; all others come from what the script did itself. */
const KILLS = ["SIGKILL", "SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT"];
/** What libraries print when a process of theirs was ended, and when memory was refused. */
const LOST_PROCESS = /TerminatedWorkerError|BrokenProcessPool|terminated abruptly/u;
const LOST_MEMORY = /Cannot allocate memory|MemoryError|std::bad_alloc/u;
/** What PyTorch, CuPy, XGBoost, LightGBM and CatBoost say when the memory of a GPU is all taken. */
const FULL_GPU =
  /CUDA out of memory|CUDA error(?: \d+)?: out of memory|\[CUDA\] out of memory|CUDA_ERROR_OUT_OF_MEMORY|cudaErrorMemoryAllocation|cupy\S*\.OutOfMemoryError|CU[A-Z]+_STATUS_ALLOC_FAILED/u;

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
  const isGpuFull = job.gpus.length > 0 && FULL_GPU.test(lastError(log));
  const lack = isGpuFull ? "gpu" : trace.memoryError ? "machine" : null;
  const found = outcomeOf(limits, { ...ended, oomKilled }, verdict, lack);
  const audit = { ...trace.audit, forbidden: trace.audit.forbidden ?? tampered(found, trace) };
  const isRefused = audit.forbidden !== null && job.rules === "enforced";
  const judged = isRefused ? { outcome: "forbidden" as const, warning: audit.forbidden } : found;
  const peaks = [ended.peakMb, trace.peakMb, oomKilled ? limits.memoryMb : null];
  const known = peaks.filter((each) => each !== null);
  const peakMb = known.length === 0 ? null : Math.max(...known);
  const signal = ended.signal ?? signalName(exitCode);
  const { opened, started: hasStarted } = trace;
  const isFailed = judged.outcome === "error" && verdict === null;
  const killed = isFailed ? killOf(signal, log) : null;
  const lackedMemory =
    verdict === null &&
    oomKilled !== true &&
    lack !== "gpu" &&
    lacksMemory(judged.outcome, ended, limits, log);
  const execution = {
    ...judged,
    exitCode,
    signal,
    seconds,
    peakMb,
    gpu: null,
    logFile,
    log,
    spent: spentBy(trace.begun, seconds),
    opened,
    audit,
  };
  return { execution, hasStarted, killed, lackedMemory };
}

/** Statements below this share of an execution are left out, and of a forged record those behind so many. */
const MIN_SHARE = 0.02;
const MAX_SPENT = 50;

/** What each statement took until the next one began, the last one until the script ended. */
function spentBy(begun: Trace["begun"], seconds: number): Execution["spent"] {
  return begun
    .map(({ line, at }, index) => ({
      line,
      seconds: Math.round(10 * Math.min(seconds, (begun[index + 1]?.at ?? seconds) - at)) / 10,
    }))
    .filter((each) => each.seconds > 0 && each.seconds >= MIN_SHARE * seconds)
    .slice(0, MAX_SPENT);
}

/** What a script ended with: of errors that followed each other the last one. */
function lastError(log: string): string {
  return log.slice(Math.max(0, log.lastIndexOf("Traceback (most recent call last)")));
}

/** Memory was refused to the script, or a process of it ended for it, though it used less than it was given. */
function lacksMemory(outcome: Outcome, ended: Ended, limits: Limits, log: string): boolean {
  if (outcome === "finished" || usedAll(ended, limits.memoryMb)) return false;
  return (
    wasKilled(ended) ||
    outcome === "out-of-memory" ||
    LOST_MEMORY.test(log) ||
    LOST_PROCESS.test(log)
  );
}

function killOf(signal: string | null, log: string): string | null {
  if (KILLS.includes(signal ?? "")) return `it was ended from outside by ${signal}`;
  return LOST_PROCESS.test(log) ? "a process that it had started was ended from outside" : null;
}

function wasKilled({ exitCode, signal }: Ended): boolean {
  return exitCode === 137 || signal === "SIGKILL";
}

/** Watching measures now and then: the moment of most use may lie between. */
function usedAll({ peakMb }: Ended, memoryMb: number): boolean {
  return peakMb !== null && peakMb >= 0.9 * memoryMb;
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
  { seconds: limitSeconds, memoryMb }: Limits,
  ended: Ended,
  verdict: Verdict,
  lack: "gpu" | "machine" | null,
): { outcome: Outcome; warning: string | null } {
  if (verdict !== null && verdict !== "interrupted") {
    return { outcome: verdict.outcome, warning: `ended by the harness: ${verdict.detail}` };
  }
  const { exitCode, seconds, oomKilled } = ended;
  if (oomKilled) {
    const warning =
      exitCode === 0 ? "a child was killed for memory, yet the script exited 0" : null;
    return { outcome: "out-of-memory", warning };
  }
  if ((wasKilled(ended) || exitCode === 124) && seconds >= limitSeconds - CLOCK_SLACK_SECONDS) {
    return { outcome: "timed-out", warning: `ended by the harness: more than ${limitSeconds} s` };
  }
  if (exitCode === 0) return { outcome: "finished", warning: null };
  if (lack !== null) {
    const warning = lack === "gpu" ? "the memory of its GPU was all taken" : null;
    return { outcome: "out-of-memory", warning };
  }
  if (wasKilled(ended) && usedAll(ended, memoryMb)) {
    const warning = `killed with ${ended.peakMb} of ${memoryMb} MB in use`;
    return { outcome: "out-of-memory", warning };
  }
  return { outcome: "error", warning: null };
}
