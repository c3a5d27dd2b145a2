import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, mkdtemp, open, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Interrupted, SandboxUnavailable } from "../runs/errors.ts";
import type { Execution, Job, Outcome, Sandbox, Surroundings } from "./contract.ts";
import { endGroup } from "./groups.ts";
import { findIsolation, type Isolation } from "./isolation.ts";
import { noteRunning, reapLeftovers } from "./leftovers.ts";
import { endMarked } from "./processes.ts";
import { runnerArguments, scriptEnvironment, unmountedEnvironment } from "./script-environment.ts";
import { LOG_NAME, readTrace, sealLog, TRACE_NAME } from "./traces.ts";
import { watch } from "./watcher.ts";

export type ProcessOptions = {
  python: string;
  packages: readonly string[];
  /** Where running groups are noted, so that a later start ends those of a dead harness. */
  cacheDir: string;
  slots: number;
  surroundings: Surroundings;
};

type Ended = { exitCode: number | null; signal: string | null };
/** Why the harness ended the script, where it did. */
type Verdict = { outcome: Outcome; detail: string } | "interrupted" | null;

const runner = fileURLToPath(new URL("./python/runner.py", import.meta.url));

/** Runs scripts as ordinary processes: for code we wrote ourselves, or by the user's explicit choice. */
export async function processSandbox(options: ProcessOptions): Promise<Sandbox> {
  const isolation = await findIsolation();
  await reapLeftovers(options.cacheDir);
  const running = new Set<Promise<unknown>>();
  const closing = new AbortController();
  return {
    name: "process",
    describe: describe(isolation),
    packages: options.packages,
    slots: options.slots,
    run: (job, signal) => {
      const execution = runJob(options, isolation, job, AbortSignal.any([signal, closing.signal]));
      running.add(execution);
      return execution.finally(() => running.delete(execution));
    },
    close: async () => {
      closing.abort();
      await Promise.allSettled(running);
    },
  };
}

function describe({ network, tree }: Isolation): string {
  const limits = "limits on time, memory, processes, output and disk are watched";
  const held = network ? "no network" : "the network is NOT closed";
  const ended = tree ? "all descendants end with the script" : "daemons may escape";
  return `process: ${limits}; ${held}; ${ended}; files of this user are NOT protected (readable and writable)`;
}

async function runJob(
  options: ProcessOptions,
  isolation: Isolation,
  job: Job,
  signal: AbortSignal,
): Promise<Execution> {
  if (signal.aborted) throw new Interrupted(`interrupted before ${job.at}`);
  const logFile = join(job.workspace, LOG_NAME);
  const input = join(job.workspace, "input");
  for (const path of [logFile, input, join(job.workspace, TRACE_NAME)]) {
    await rm(path, { recursive: true, force: true });
  }
  await symlink(job.input, input);
  // A short path: multiprocessing puts sockets there, whose names may not be long.
  const home = await mkdtemp(join(tmpdir(), "mle-"));
  const log = await open(logFile, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL);
  try {
    const ran = await runScript(options, isolation, job, { home, log }, signal);
    if (ran.verdict === "interrupted") throw new Interrupted(`interrupted in ${job.at}`);
    return await judgeExecution(job, ran, logFile);
  } finally {
    await log.close();
    await rm(home, { recursive: true, force: true });
  }
}

type Ran = Ended & { verdict: Verdict; seconds: number; peakMb: number };

async function runScript(
  options: ProcessOptions,
  { prefix, tree }: Isolation,
  job: Job,
  { home, log }: { home: string; log: FileHandle },
  signal: AbortSignal,
): Promise<Ran> {
  const id = randomUUID();
  const mark = `MLE_STAR_EXECUTION=${id}`;
  const path = `${dirname(options.python)}:/usr/local/bin:/usr/bin:/bin`;
  const [file = "", ...args] = [
    ...prefix,
    options.python,
    runner,
    ...runnerArguments(job, TRACE_NAME),
  ];
  const begun = performance.now();
  const child = spawn(file, args, {
    cwd: job.workspace,
    env: {
      ...scriptEnvironment(job, home, path),
      ...(job.gpus.length > 0 ? { CUDA_VISIBLE_DEVICES: job.gpus.join(",") } : {}),
      ...unmountedEnvironment(options.surroundings),
      MLE_STAR_EXECUTION: id,
    },
    detached: true,
    // The script writes to the file itself: no pipe that a grandchild could keep open.
    stdio: ["ignore", log.fd, log.fd],
  });
  const ended = whenEnded(child, job.at);
  let verdict: Verdict = null;
  const end = (why: Verdict): void => {
    verdict ??= why;
    endGroup(child.pid);
  };
  const { limits } = job;
  const onBreach = (outcome: Outcome, detail: string): void => end({ outcome, detail });
  const onTime = (): void => onBreach("timed-out", `more than ${limits.seconds} s`);
  const timer = setTimeout(onTime, limits.seconds * 1000);
  const onAbort = (): void => end("interrupted");
  signal.addEventListener("abort", onAbort);
  const leader = child.pid ?? 0;
  const erase = noteRunning(options.cacheDir, id, { leader, mark, folder: home });
  const watcher = watch({ leader, limits, log, folders: [job.workspace, home], onBreach });
  try {
    const result = await ended;
    const seconds = (performance.now() - begun) / 1000;
    const peakMb = await watcher.stop();
    return { ...result, verdict, seconds, peakMb };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
    await watcher.stop();
    endGroup(child.pid);
    // A tree that ended by itself has ended whole; one that was killed may still be at it.
    if (!tree || verdict !== null) await endAllMarked(mark);
    await (await erase)();
  }
}

/** Repeats until nobody is left: a process may fork while the table is read. */
async function endAllMarked(mark: string): Promise<void> {
  for (let round = 0; round < 50 && endMarked(mark) > 0; round++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function whenEnded(child: ChildProcess, at: string): Promise<Ended> {
  return new Promise((resolve, reject) => {
    child.once("error", (cause) =>
      reject(new SandboxUnavailable(`cannot start Python for ${at}: ${cause.message}`, { cause })),
    );
    child.once("exit", (exitCode, signal) => resolve({ exitCode, signal }));
  });
}

async function judgeExecution(job: Job, ran: Ran, logFile: string): Promise<Execution> {
  const trace = await readTrace(job.workspace);
  const log = await sealLog(logFile, job.limits.outputMb);
  const { exitCode, signal, seconds } = ran;
  const verdict = ran.verdict === "interrupted" ? null : ran.verdict;
  if (verdict === null && !trace.started && (exitCode === 126 || exitCode === 127)) {
    throw new SandboxUnavailable(`cannot start Python for ${job.at}: ${log.trim()}`);
  }
  let outcome: Outcome = exitCode === 0 ? "finished" : "error";
  let warning: string | null = null;
  if (verdict !== null) {
    outcome = verdict.outcome;
    warning = `ended by the harness: ${verdict.detail}`;
  } else if (trace.memoryError && exitCode !== 0) {
    outcome = "out-of-memory";
  } else if (signal === "SIGKILL") {
    outcome = "out-of-memory";
    warning = "killed from outside, most likely because the machine ran out of memory";
  }
  const peakMb = Math.max(ran.peakMb, trace.peakMb ?? 0);
  const { opened } = trace;
  const gpu = null;
  return { outcome, exitCode, signal, seconds, peakMb, gpu, logFile, log, opened, warning };
}
