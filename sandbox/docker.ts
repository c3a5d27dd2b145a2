import { lstat, mkdir, rm } from "node:fs/promises";
import { constants } from "node:os";
import { join } from "node:path";
import type { Container } from "dockerode";
import { ConfigInvalid, Interrupted, SandboxUnavailable } from "../runs/errors.ts";
import { containerOptions, type Hardening } from "./container.ts";
import type { Execution, Job, Outcome, Sandbox, Surroundings } from "./contract.ts";
import type { Engine } from "./engine.ts";
import type { Image } from "./image.ts";
import { sweepOrphans } from "./orphans.ts";
import { openAccess, scriptUser } from "./ownership.ts";
import { identify } from "./processes.ts";
import { folderMb, LOG_NAME, readTrace, sealLog, TRACE_NAME } from "./traces.ts";

export type DockerOptions = {
  engine: Engine;
  image: Image;
  run: string;
  slots: number;
  surroundings: Surroundings;
};

/** What the engine says of a container that has ended. */
type Ended = { exitCode: number; oomKilled: boolean; seconds: number };
type Verdict = { outcome: Outcome; detail: string } | "interrupted" | null;

const TICK_MS = 200;
const TICKS_PER_DISK_CHECK = 5;
/** The time limit is kept inside; a host timer past it means that the engine hangs. */
const GRACE_SECONDS = 15;

/** Runs each script in a container of its own: no network, no privileges, nothing of the host but its folders. */
export async function dockerSandbox(options: DockerOptions): Promise<Sandbox> {
  const { engine, image } = options;
  await sweepOrphans(engine.docker);
  const hardening: Hardening = {
    engine,
    image: image.tag,
    run: options.run,
    surroundings: options.surroundings,
    owner: JSON.stringify(await identify(process.pid)),
    user: scriptUser(engine),
    readable: new Set(),
    removals: new Set(),
  };
  const running = new Set<Promise<unknown>>();
  const closing = new AbortController();
  return {
    name: "docker",
    describe: `docker: ${engine.name}, image ${image.tag}; no network, read-only root and inputs, no privileges, user ${hardening.user}; limits on time, memory, cores, processes, output and disk`,
    packages: image.packages,
    slots: options.slots,
    run: (job, signal) => {
      const execution = runJob(hardening, job, AbortSignal.any([signal, closing.signal]));
      running.add(execution);
      return execution.finally(() => running.delete(execution));
    },
    close: async () => {
      closing.abort();
      await Promise.allSettled(running);
      await Promise.all(hardening.removals);
    },
  };
}

async function runJob(hardening: Hardening, job: Job, signal: AbortSignal): Promise<Execution> {
  await prepare(hardening, job);
  const container = await startContainer(hardening, job, signal);
  try {
    const { ended, verdict } = await waitFor(container, job, signal);
    if (verdict === "interrupted") throw new Interrupted(`interrupted in ${job.at}`);
    return await judgeExecution(job, ended, verdict);
  } finally {
    // Nobody needs to wait for it but the closing of the sandbox.
    const removal = removeQuietly(container).finally(() => hardening.removals.delete(removal));
    hardening.removals.add(removal);
  }
}

async function prepare(hardening: Hardening, job: Job): Promise<void> {
  const input = join(job.workspace, "input");
  for (const path of [input, join(job.workspace, LOG_NAME), join(job.workspace, TRACE_NAME)]) {
    await rm(path, { recursive: true, force: true });
  }
  // The place of a mount must exist, or the engine makes it, owned by root.
  await mkdir(input);
  await openAccess(hardening.user, job, hardening.readable);
}

/** Engines fail now and then under load: one more try, then it is the engine's fault. */
async function startContainer(
  hardening: Hardening,
  job: Job,
  signal: AbortSignal,
): Promise<Container> {
  let failure: unknown = null;
  for (let attempt = 1; attempt <= 2; attempt++) {
    if (signal.aborted) throw new Interrupted(`interrupted before ${job.at}`);
    let container: Container | null = null;
    try {
      container = await hardening.engine.docker.createContainer(containerOptions(hardening, job));
      await container.start();
      return container;
    } catch (error) {
      failure = error;
      if (container !== null) await removeQuietly(container);
    }
  }
  throw explainStart(hardening, job, failure);
}

function explainStart({ engine }: Hardening, job: Job, cause: unknown): Error {
  const message = messageOf(cause);
  if (/device driver|capabilities: \[\[gpu\]\]/.test(message)) {
    return new ConfigInvalid(
      `${job.at} asks for ${job.gpus.length} GPU(s), which ${engine.name} cannot give: install the NVIDIA container toolkit and restart the engine, or run without GPUs`,
      { cause },
    );
  }
  return new SandboxUnavailable(`${engine.name} cannot start ${job.at}: ${message}`, { cause });
}

async function waitFor(
  container: Container,
  job: Job,
  signal: AbortSignal,
): Promise<{ ended: Ended; verdict: Verdict }> {
  let verdict: Verdict = null;
  const end = (why: Verdict): void => {
    verdict ??= why;
    // It may have ended by itself meanwhile; whether it did, `wait` tells.
    container.kill().catch(() => undefined);
  };
  const onAbort = (): void => end("interrupted");
  signal.addEventListener("abort", onAbort);
  if (signal.aborted) onAbort();
  const stopWatching = watchFolder(job, (outcome, detail) => end({ outcome, detail }));
  let timer: NodeJS.Timeout | undefined;
  const hang = new Promise<never>((_, reject) => {
    const seconds = job.limits.seconds + GRACE_SECONDS;
    timer = setTimeout(() => reject(new Error("it did not end on time")), seconds * 1000);
  });
  try {
    await Promise.race([container.wait(), hang]);
    const { State } = await container.inspect();
    const seconds = (Date.parse(State.FinishedAt) - Date.parse(State.StartedAt)) / 1000;
    return { ended: { exitCode: State.ExitCode, oomKilled: State.OOMKilled, seconds }, verdict };
  } catch (cause) {
    throw new SandboxUnavailable(`the engine lost ${job.at}: ${messageOf(cause)}`, { cause });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
    await stopWatching();
  }
}

/** Watches what the engine does not limit: the size of the output and of what is written to the workspace. */
function watchFolder(
  { workspace, limits }: Job,
  onBreach: (outcome: Outcome, detail: string) => void,
): () => Promise<void> {
  const log = join(workspace, LOG_NAME);
  let isStopped = false;
  let tick = 0;
  let checking: Promise<void> = Promise.resolve();
  const check = async (): Promise<void> => {
    tick++;
    const stats = await lstat(log).catch(() => null);
    if ((stats?.size ?? 0) > limits.outputMb * 1024 * 1024) {
      onBreach("output-limit", `more than ${limits.outputMb} MB of output`);
    } else if (tick % TICKS_PER_DISK_CHECK === 0) {
      const usedMb = await folderMb(workspace, limits.diskMb);
      if (usedMb > limits.diskMb) onBreach("disk-limit", `more than ${limits.diskMb} MB on disk`);
    }
  };
  let timer: NodeJS.Timeout;
  const schedule = (): void => {
    timer = setTimeout(() => {
      checking = check().then(() => {
        if (!isStopped) schedule();
      });
    }, TICK_MS);
  };
  schedule();
  return async () => {
    isStopped = true;
    clearTimeout(timer);
    await checking;
  };
}

async function judgeExecution(job: Job, ended: Ended, verdict: Verdict): Promise<Execution> {
  const { limits } = job;
  const logFile = join(job.workspace, LOG_NAME);
  const trace = await readTrace(job.workspace);
  const log = await sealLog(logFile, limits.outputMb);
  const { exitCode, seconds } = ended;
  const judged = outcomeOf(limits.seconds, ended, verdict, trace.memoryError);
  const peakMb = ended.oomKilled ? limits.memoryMb : trace.peakMb;
  const signal = signalName(exitCode);
  const told = { seconds, peakMb, gpu: null, logFile, log, opened: trace.opened };
  return { ...judged, exitCode, signal, ...told };
}

/** Shells and their like report a death by signal as 128 and its number. */
function signalName(exitCode: number): string | null {
  const named = Object.entries(constants.signals);
  return named.find(([, number]) => number === exitCode - 128)?.[0] ?? null;
}

function outcomeOf(
  limitSeconds: number,
  { exitCode, oomKilled, seconds }: Ended,
  verdict: Verdict,
  memoryError: boolean,
): { outcome: Outcome; warning: string | null } {
  if (verdict !== null && verdict !== "interrupted") {
    return { outcome: verdict.outcome, warning: `ended by the harness: ${verdict.detail}` };
  }
  if (oomKilled) {
    const warning =
      exitCode === 0 ? "a child was killed for memory, yet the script exited 0" : null;
    return { outcome: "out-of-memory", warning };
  }
  if ([124, 137].includes(exitCode) && seconds >= limitSeconds) {
    return { outcome: "timed-out", warning: `ended by the harness: more than ${limitSeconds} s` };
  }
  if (exitCode === 0) return { outcome: "finished", warning: null };
  if (memoryError) return { outcome: "out-of-memory", warning: null };
  if (exitCode === 137) {
    const warning = "killed from outside, most likely because memory ran out";
    return { outcome: "out-of-memory", warning };
  }
  return { outcome: "error", warning: null };
}

/** A container that is gone already, or an engine that is, needs no removing now: the next start sweeps. */
async function removeQuietly(container: Container): Promise<void> {
  await container.remove({ force: true, v: true }).catch(() => undefined);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.trim() : String(error);
}
