import { lstat, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Container, ContainerInspectInfo } from "dockerode";
import { ConfigInvalid, Interrupted, SandboxUnavailable } from "../../runs/errors.ts";
import {
  identify,
  isAlive,
  ownIdentity,
  processIdentity,
} from "../../runs/record/process-identity.ts";
import type { Attempt, Attempts, Job, Outcome, SharedMounts } from "../contract.ts";
import { openAccess } from "../linux/ownership.ts";
import { watch } from "../linux/watcher.ts";
import { judgeExecution, type Verdict } from "../outcomes.ts";
import { clearTraces, LOG_NAME } from "../traces.ts";
import { containerOptions, type Hardening, OWNER_LABEL, scriptUser } from "./container-options.ts";
import { ask, type Contact, type Engine } from "./engine.ts";
import { gpuRequests } from "./gpu-requests.ts";
import type { Image } from "./image.ts";

export type ContainersOptions = {
  engine: Engine;
  image: Image;
  run: string;
  cacheDir: string;
  slots: number;
  sharedMounts: SharedMounts;
  limitsCores: boolean;
};

/** What the engine reports of a container that has ended. */
type Stopped = { exitCode: number; oomKilled: boolean | null; seconds: number };

/** The time limit is kept inside; a host timer past it means that the engine hangs. */
const GRACE_SECONDS = 15;
/** Between looks at a container that is about to end. */
const FIRST_PAUSE_MS = 4;
const PAUSE_GROWTH = 1.1;
const LONGEST_PAUSE_MS = 50;
/** A harness removes its containers as soon as they have ended. */
const ABANDONED_MS = 3_600_000;

/** Runs each script in a container of its own: no network, no privileges, nothing of the host but its folders. */
export async function containerAttempts(options: ContainersOptions): Promise<Attempts> {
  const { engine, image, run, sharedMounts, limitsCores, cacheDir, slots } = options;
  await sweepOrphans(engine);
  const hardening: Hardening = {
    engine,
    image: image.tag,
    run,
    sharedMounts,
    limitsCores,
    owner: JSON.stringify(await ownIdentity()),
    user: scriptUser(engine),
    readable: new Set(),
    removals: new Set(),
  };
  const limited = limitsCores
    ? "time, memory, cores, processes and open files by the engine"
    : "time, memory, processes and open files by the engine, cores NOT limited but by thread counts";
  return {
    name: engine.product,
    describe: `${engine.product}: ${engine.name}, image ${image.tag}; no network, read-only root and inputs, no privileges, filtered system calls, user ${hardening.user}; limits on ${limited}, on output and disk by watching`,
    protectsFiles: true,
    packages: image.packages,
    slots,
    cacheDir,
    // Temporary files lie in memory of its own.
    writes: [],
    attempt: (job, signal) => runJob(hardening, job, signal),
    release: async () => {
      await Promise.all(hardening.removals);
    },
  };
}

/**
 * Removes the containers of dead harnesses; how many there were. Those of living ones are not touched. Those of
 * harnesses that this process knows nothing of (in another container, on another machine that shares the engine,
 * before a reboot) are only removed long after their end, when any harness would have removed them itself.
 */
export async function sweepOrphans(engine: Contact): Promise<number> {
  const wanted = { all: true, filters: { label: [OWNER_LABEL] } };
  const ours = await ask(engine, "its containers", (docker) => docker.listContainers(wanted));
  let swept = 0;
  for (const { Id, Labels } of ours) {
    const container = engine.docker.getContainer(Id);
    const owner = processIdentity.safeParse(JSON.parse(Labels[OWNER_LABEL] ?? "null"));
    // A label of another version does not identify its owner.
    const alive = owner.success ? await isAlive(owner.data) : null;
    if (alive === true || (alive === null && !(await endedLongAgo(engine, container)))) continue;
    await removeQuietly(engine, container);
    swept++;
  }
  return swept;
}

async function endedLongAgo(engine: Contact, container: Container): Promise<boolean> {
  // Another start may have removed it meanwhile.
  const found = await look(engine, container).catch(() => null);
  if (found?.State.Status !== "exited") return false;
  return Date.now() - Date.parse(found.State.FinishedAt) > ABANDONED_MS;
}

async function runJob(hardening: Hardening, job: Job, signal: AbortSignal): Promise<Attempt> {
  if (signal.aborted) throw new Interrupted(`interrupted before ${job.at}`);
  await prepare(hardening, job);
  const container = await startContainer(hardening, job);
  try {
    const { stopped, verdict } = await waitFor(hardening.engine, container, job, signal);
    if (verdict === "interrupted") throw new Interrupted(`interrupted in ${job.at}`);
    return await judgeExecution(job, { ...stopped, signal: null, peakMb: null }, verdict);
  } finally {
    // Only the closing of the sandbox waits for it.
    const removal = removeQuietly(hardening.engine, container).finally(() =>
      hardening.removals.delete(removal),
    );
    hardening.removals.add(removal);
  }
}

async function prepare(hardening: Hardening, job: Job): Promise<void> {
  const { input } = await clearTraces(job.workspace);
  // The place of a mount must exist, or the engine makes it, owned by root; so does its source, in Podman.
  await mkdir(input);
  const { readOnly, sockets } = hardening.sharedMounts;
  await lstat(job.input);
  for (const { source } of [...readOnly, ...sockets]) await lstat(source);
  await openAccess(hardening.user, job, hardening.readable);
}

async function startContainer(hardening: Hardening, job: Job): Promise<Container> {
  const { engine } = hardening;
  let container: Container | null = null;
  try {
    const devices = await gpuRequests(engine, job.gpus);
    const options = containerOptions(hardening, job, devices);
    const made = await ask(engine, "a new container", (docker) => docker.createContainer(options));
    container = made;
    await ask(engine, "its start", () => made.start());
    return made;
  } catch (error) {
    if (container !== null) await removeQuietly(engine, container);
    throw explainStart(hardening, job, error);
  }
}

function explainStart({ engine }: Hardening, job: Job, cause: unknown): Error {
  const message = messageOf(cause);
  if (/device driver|capabilities: \[\[gpu\]\]|CDI device/.test(message)) {
    return new ConfigInvalid(
      `${job.at} asks for ${job.gpus.length} GPU(s), which ${engine.name} cannot pass on: install the NVIDIA container toolkit and restart the engine, or run without GPUs`,
      { cause },
    );
  }
  return new SandboxUnavailable(`${engine.name} cannot start ${job.at}: ${message}`, { cause });
}

async function waitFor(
  engine: Engine,
  container: Container,
  job: Job,
  signal: AbortSignal,
): Promise<{ stopped: Stopped; verdict: Verdict }> {
  let verdict: Verdict = null;
  const end = (why: Verdict): void => {
    verdict ??= why;
    // It may have ended by itself meanwhile; `wait` shows whether it did.
    container.kill().catch(() => undefined);
  };
  const onAbort = (): void => end("interrupted");
  signal.addEventListener("abort", onAbort);
  if (signal.aborted) onAbort();
  const onBreach = (outcome: Outcome, detail: string): void => end({ outcome, detail });
  const log = join(job.workspace, LOG_NAME);
  const outputBytes = async (): Promise<number> => (await lstat(log).catch(() => null))?.size ?? 0;
  const { limits } = job;
  let first: number | null = null;
  const leader = async (): Promise<number | null> => {
    // For an engine in a machine of its own it is an unrelated process here, or none.
    first ??= await firstProcess(engine, container);
    return first;
  };
  const watched = { leader, limits, outputBytes, folders: [job.workspace], isLimited: true };
  const watcher = watch({ ...watched, onBreach });
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;
  const hang = new Promise<never>((_, reject) => {
    const seconds = limits.seconds + GRACE_SECONDS;
    timer = setTimeout(() => reject(new Error("it did not end on time")), seconds * 1000);
  });
  try {
    const { State } = await Promise.race([whenEnded(engine, container, () => isOver), hang]);
    const seconds = (Date.parse(State.FinishedAt) - Date.parse(State.StartedAt)) / 1000;
    // False may mean that the engine does not know: Podman never does.
    const oomKilled = State.OOMKilled ? true : null;
    return { stopped: { exitCode: State.ExitCode, oomKilled, seconds }, verdict };
  } catch (cause) {
    throw new SandboxUnavailable(`the engine lost ${job.at}: ${messageOf(cause)}`, { cause });
  } finally {
    isOver = true;
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
    await watcher.stop();
  }
}

/** States in which nothing of a container runs any more, so that its exit code is that of the script. */
const ENDED = ["exited", "stopped", "dead"];

/** Waits until a container has ended, as its state says: an engine may answer `wait` before. */
async function whenEnded(
  engine: Engine,
  container: Container,
  isOver: () => boolean,
): Promise<ContainerInspectInfo> {
  const waited = container.wait();
  const isQuick = engine.product === "podman";
  await (isQuick ? Promise.race([waited, firstIsGone(engine, container, isOver)]) : waited);
  for (let pause = FIRST_PAUSE_MS; ; pause *= PAUSE_GROWTH) {
    const found = await look(engine, container);
    if (ENDED.includes(found.State.Status) || isOver()) return found;
    await sleep(Math.min(pause, LONGEST_PAUSE_MS));
  }
}

/** Podman answers `wait` only when it has tidied up after a container, a quarter of a second later. */
async function firstIsGone(
  engine: Engine,
  container: Container,
  isOver: () => boolean,
): Promise<void> {
  const { State } = await look(engine, container);
  const first = State.Running ? await identify(State.Pid) : null;
  let pause = FIRST_PAUSE_MS;
  while (first !== null && !isOver() && (await isAlive(first))) {
    await sleep(Math.min(pause, LONGEST_PAUSE_MS));
    pause *= PAUSE_GROWTH;
  }
}

function look(engine: Contact, container: Container): Promise<ContainerInspectInfo> {
  return ask(engine, "the state of a container", () => container.inspect());
}

/** Null while it is unknown, and when the container has just ended. */
async function firstProcess(engine: Engine, container: Container): Promise<number | null> {
  const found = await look(engine, container).catch(() => null);
  return found?.State.Pid || null;
}

/** One that another start has removed, or an engine that is gone, is fine: the next start sweeps. */
async function removeQuietly(engine: Contact, container: Container): Promise<void> {
  const removal = () => container.remove({ force: true, v: true });
  await ask(engine, "a removal", removal).catch(() => undefined);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.trim() : String(error);
}
