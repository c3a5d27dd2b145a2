import { type FileHandle, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Interrupted, SandboxUnavailable } from "../../runs/errors.ts";
import { identify, isAlive } from "../../runs/record/process-identity.ts";
import type { Attempt, Attempts, Job } from "../contract.ts";
import type { ControlGroups } from "../linux/control-groups.ts";
import { reapLeftovers } from "../linux/leftovers.ts";
import { NOBODY_USER, openAccess } from "../linux/ownership.ts";
import { endProcess } from "../linux/processes.ts";
import { type Ran, supervise } from "../linux/supervise.ts";
import { judgeExecution } from "../outcomes.ts";
import { clearTraces, LOG_NAME, openLog } from "../traces.ts";
import { bubblewrapArguments, descriptors, innerCommand } from "./arguments.ts";
import { gpuNodes } from "./gpu-device-files.ts";
import { type ReadyShells, readyShells } from "./ready-shells.ts";
import { type Bubble, enforcement, prepareBubblewrap, type WallOptions } from "./setup.ts";

export type BubblewrapOptions = WallOptions & { packages: readonly string[]; slots: number };

/** A tree of processes whose first one is killed is taken apart by the kernel, which may take a moment. */
const LONGEST_END_MS = 10_000;

/** Runs each script behind bubblewrap's walls: no engine, no image, this machine's Python and nothing else of it. */
export async function bubblewrapAttempts(
  options: BubblewrapOptions,
  groups: ControlGroups | null,
): Promise<Attempts | string> {
  const bubble = await prepareBubblewrap(options, groups);
  if (typeof bubble === "string") return bubble;
  await reapLeftovers(options.cacheDir);
  const { packages, slots, cacheDir } = options;
  const shells = readyShells(cacheDir, groups);
  return {
    name: "bwrap",
    describe: `bwrap: ${bubble.version}, ${bubble.walls.python}; ${enforcement(bubble)}`,
    packages,
    slots,
    cacheDir,
    attempt: (job, signal) => runJob(bubble, shells, job, signal),
    release: () => shells.close(),
  };
}

async function runJob(
  bubble: Bubble,
  shells: ReadyShells,
  job: Job,
  signal: AbortSignal,
): Promise<Attempt> {
  if (signal.aborted) throw new Interrupted(`interrupted before ${job.at}`);
  const { logFile, input } = await clearTraces(job.workspace);
  await mkdir(input);
  if (bubble.walls.isRoot) await openAccess(NOBODY_USER, job, bubble.readable);
  const log = await openLog(logFile);
  try {
    const ran = await runScript(bubble, shells, job, log, signal);
    if (ran.verdict === "interrupted") throw new Interrupted(`interrupted in ${job.at}`);
    const { exitCode } = readStatus(ran.told);
    if (exitCode === null && ran.verdict === null && ran.oomKilled !== true) {
      const said = (await readFile(logFile, "utf8")).trim().slice(-300) || "it said nothing";
      throw new SandboxUnavailable(`bubblewrap cannot start ${job.at}: ${said}`);
    }
    const { seconds, peakMb, oomKilled, verdict } = ran;
    const ended = { exitCode, signal: null, seconds, peakMb: peakMb || null, oomKilled };
    return await judgeExecution(job, ended, verdict);
  } finally {
    await log.close();
  }
}

async function runScript(
  { program, walls, filter }: Bubble,
  shells: ReadyShells,
  job: Job,
  log: FileHandle,
  signal: AbortSignal,
): Promise<Ran & { oomKilled: boolean | null }> {
  const words = bubblewrapArguments(walls, job, await gpuNodes(job.gpus));
  const bubblewrap = [program, "--args", `${descriptors.arguments}`, "--"];
  const shell = await shells.take(job.limits);
  const { started, group } = shell;
  try {
    shell.become([...bubblewrap, ...innerCommand(walls, job)], join(job.workspace, LOG_NAME), [
      filter,
      Buffer.from(words.map((word) => `${word}\0`).join("")),
    ]);
    // An own folder for temporary files is not needed: they lie in memory.
    const supervised = { started, log, folders: [job.workspace], isLimited: group !== null };
    let oomKilled: boolean | null = null;
    const running = supervise(supervised, job, signal, async (_, told) => {
      await endTree(readStatus(told).first);
      if (group !== null) oomKilled = (await group.oomKills()) > 0;
    });
    shells.prepare(job.limits);
    return { ...(await running), oomKilled };
  } finally {
    shells.remove(shell);
  }
}

/** Waits until the first process of the sandbox is gone, and with it all others. */
async function endTree(first: number | null): Promise<void> {
  const identity = first === null ? null : await identify(first);
  if (first === null || identity === null) return;
  endProcess(first);
  const deadline = performance.now() + LONGEST_END_MS;
  while (performance.now() < deadline && (await isAlive(identity))) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** What bubblewrap told: the first process of the sandbox, and how the command in it ended, where it ever began. */
function readStatus(told: string): { first: number | null; exitCode: number | null } {
  const [, first] = /"child-pid": (\d+)/.exec(told) ?? [];
  const [, exitCode] = /"exit-code": (\d+)/.exec(told) ?? [];
  return {
    first: first === undefined ? null : Number(first),
    exitCode: exitCode === undefined ? null : Number(exitCode),
  };
}
