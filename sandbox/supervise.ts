import { type ChildProcess, spawn } from "node:child_process";
import type { FileHandle } from "node:fs/promises";
import { Readable, Writable } from "node:stream";
import { SandboxUnavailable } from "../runs/errors.ts";
import type { Job, Outcome } from "./contract.ts";
import { endGroup } from "./groups.ts";
import { noteRunning } from "./leftovers.ts";
import type { Verdict } from "./outcomes.ts";
import { watch } from "./watcher.ts";

/** A command that runs a script, and what is needed to keep it within its limits. */
export type Supervised = {
  file: string;
  args: string[];
  cwd: string;
  environment: Record<string, string>;
  /** Output of the script; it writes there itself. */
  log: FileHandle;
  /** What the command inherits from descriptor 3 on: bytes to read, or a pipe to tell us something. */
  inherited: ("told" | Buffer)[];
  /** Folders that count as written by the script. */
  folders: string[];
  /** Whether the kernel limits memory and processes. */
  isLimited: boolean;
  /** What a later start needs to end it, should we die. */
  record: {
    cacheDir: string;
    id: string;
    mark: string;
    folder: string | null;
    controlGroups: string[];
  };
};

/** How a supervised command ended; `told` is what it wrote to its pipe. */
export type Ran = {
  exitCode: number | null;
  signal: string | null;
  verdict: Verdict;
  seconds: number;
  peakMb: number;
  told: string;
};

/** Runs a command as a group of its own until it ends or passes a limit; `release` ends what is left of it. */
export async function supervise(
  command: Supervised,
  job: Job,
  signal: AbortSignal,
  release: (verdict: Verdict, told: string) => Promise<void>,
): Promise<Ran> {
  const { limits } = job;
  const { log, folders, isLimited } = command;
  const begun = performance.now();
  const child = start(command);
  const ended = whenEnded(child, job.at);
  const told = connect(child, command.inherited);
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
  const { cacheDir, id, ...record } = command.record;
  const erase = noteRunning(cacheDir, id, { leader, ...record });
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
    seconds = (performance.now() - begun) / 1000;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
    peakMb = await watcher.stop();
    endGroup(child.pid);
    await release(verdict, told.text);
    await (await erase)();
  }
  return { ...result, verdict, seconds, peakMb, told: await told.whole };
}

function start({ file, args, cwd, environment, log, inherited }: Supervised): ChildProcess {
  return spawn(file, args, {
    cwd,
    env: environment,
    detached: true,
    // The script writes to the file itself: no pipe that a grandchild could keep open.
    stdio: ["ignore", log.fd, log.fd, ...inherited.map((): "pipe" => "pipe")],
  });
}

function whenEnded(
  child: ChildProcess,
  at: string,
): Promise<{ exitCode: number | null; signal: string | null }> {
  return new Promise((resolve, reject) => {
    child.once("error", (cause) =>
      reject(new SandboxUnavailable(`cannot start ${at}: ${cause.message}`, { cause })),
    );
    child.once("exit", (exitCode, signal) => resolve({ exitCode, signal }));
  });
}

/** Feeds what the command is to read, and gathers what it tells. */
function connect(
  child: ChildProcess,
  inherited: Supervised["inherited"],
): { text: string; whole: Promise<string> } {
  const told = { text: "", whole: Promise.resolve("") };
  inherited.forEach((each, index) => {
    const pipe = child.stdio[3 + index];
    // A command that dies before it has read everything tells so by its end.
    pipe?.on("error", () => undefined);
    if (each !== "told" && pipe instanceof Writable) pipe.end(each);
    if (each !== "told" || !(pipe instanceof Readable)) return;
    pipe.on("data", (block) => {
      told.text += block;
    });
    told.whole = new Promise((resolve) => pipe.once("close", () => resolve(told.text)));
  });
  return told;
}
