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
import {
  type BubblewrapSetup,
  enforcement,
  prepareBubblewrap,
  type SetupOptions,
} from "./setup.ts";

export type BubblewrapOptions = SetupOptions & { packages: readonly string[]; slots: number };

/** The kernel ends a tree of processes whose first one is killed, which may take a moment. */
const LONGEST_END_MS = 10_000;

/** Runs each script in bubblewrap: no engine, no image, this machine's Python and nothing else of it. */
export async function bubblewrapAttempts(
  options: BubblewrapOptions,
  groups: ControlGroups | null,
): Promise<Attempts | string> {
  const setup = await prepareBubblewrap(options, groups);
  if (typeof setup === "string") return setup;
  await reapLeftovers(options.cacheDir);
  const { packages, slots, cacheDir } = options;
  const shells = readyShells(cacheDir, groups);
  return {
    name: "bwrap",
    describe: `bwrap: ${setup.version}, ${setup.config.python}; ${enforcement(setup)}`,
    protectsFiles: true,
    packages,
    slots,
    cacheDir,
    // Temporary files lie in memory of its own.
    writes: [],
    attempt: (job, signal) => runJob(setup, shells, job, signal),
    release: () => shells.close(),
  };
}

async function runJob(
  setup: BubblewrapSetup,
  shells: ReadyShells,
  job: Job,
  signal: AbortSignal,
): Promise<Attempt> {
  if (signal.aborted) throw new Interrupted(`interrupted before ${job.at}`);
  const { logFile, input } = await clearTraces(job.workspace);
  await mkdir(input);
  if (setup.config.isRoot) await openAccess(NOBODY_USER, job, setup.readable);
  const log = await openLog(logFile);
  try {
    const ran = await runScript(setup, shells, job, log, signal);
    if (ran.verdict === "interrupted") throw new Interrupted(`interrupted in ${job.at}`);
    const { exitCode } = readStatus(ran.status);
    if (exitCode === null && ran.verdict === null && ran.oomKilled !== true) {
      const output = (await readFile(logFile, "utf8")).trim().slice(-300) || "it printed nothing";
      const what = ran.signal === null ? "cannot start" : `was ended by ${ran.signal} in`;
      throw new SandboxUnavailable(`bubblewrap ${what} ${job.at}: ${output}`);
    }
    const { seconds, peakMb, oomKilled, verdict } = ran;
    const ended = { exitCode, signal: null, seconds, peakMb: peakMb || null, oomKilled };
    return await judgeExecution(job, ended, verdict);
  } finally {
    await log.close();
  }
}

async function runScript(
  { program, config, filter }: BubblewrapSetup,
  shells: ReadyShells,
  job: Job,
  log: FileHandle,
  signal: AbortSignal,
): Promise<Ran & { oomKilled: boolean | null }> {
  const options = bubblewrapArguments(config, job, await gpuNodes(job.gpus));
  const bubblewrap = [program, "--args", `${descriptors.arguments}`, "--"];
  const shell = await shells.take(job.limits);
  const { started, group } = shell;
  try {
    shell.exec([...bubblewrap, ...innerCommand(config, job)], join(job.workspace, LOG_NAME), [
      filter,
      Buffer.from(options.map((option) => `${option}\0`).join("")),
    ]);
    // An own folder for temporary files is not needed: they lie in memory.
    const supervised = { started, log, folders: [job.workspace], isLimited: group !== null };
    let oomKilled: boolean | null = null;
    const running = supervise(supervised, job, signal, async (_, status) => {
      await endTree(readStatus(status).first);
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

/** From bubblewrap's JSON status: the first process of the sandbox, and how its command ended, if it ever started. */
function readStatus(status: string): { first: number | null; exitCode: number | null } {
  const [, first] = /"child-pid": (\d+)/.exec(status) ?? [];
  const [, exitCode] = /"exit-code": (\d+)/.exec(status) ?? [];
  return {
    first: first === undefined ? null : Number(first),
    exitCode: exitCode === undefined ? null : Number(exitCode),
  };
}
