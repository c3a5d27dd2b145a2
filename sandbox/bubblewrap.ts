import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, mkdir, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { Interrupted, SandboxUnavailable } from "../runs/errors.ts";
import { bubblewrapArguments, descriptors, innerCommand } from "./bubblewrap-arguments.ts";
import { type Bubble, enforcement, makeBubble, type WallOptions } from "./bubblewrap-walls.ts";
import type { Job } from "./contract.ts";
import { type ControlGroup, type ControlGroups, removeControlGroup } from "./control-groups.ts";
import { gpuNodes } from "./gpu-nodes.ts";
import { reapLeftovers } from "./leftovers.ts";
import { type Attempt, judgeExecution } from "./outcomes.ts";
import { NOBODY_USER, openAccess } from "./ownership.ts";
import { identify, isLiving } from "./processes.ts";
import type { Attempts } from "./steady.ts";
import { type Ran, supervise } from "./supervise.ts";
import { LOG_NAME, TRACE_NAME } from "./traces.ts";

export type BubblewrapOptions = WallOptions & { packages: readonly string[]; slots: number };

/** What an execution is given besides its job. */
type Given = { cacheDir: string; log: FileHandle; group: ControlGroup | null };

/** Joins the control groups before anything is run in them, then becomes the command. */
const JOIN = 'while [ "$1" != -- ]; do echo $$ >"$1" || exit 1; shift; done; shift; exec "$@"';
const PATH = "/usr/local/bin:/usr/bin:/bin";
/** A tree of processes whose first one is killed is taken apart by the kernel, which may take a moment. */
const LONGEST_END_MS = 10_000;

/** Runs each script behind bubblewrap's walls: no engine, no image, this machine's Python and nothing else of it. */
export async function bubblewrapAttempts(
  options: BubblewrapOptions,
  groups: ControlGroups | null,
): Promise<Attempts | string> {
  const bubble = await makeBubble(options, groups);
  if (typeof bubble === "string") return bubble;
  await reapLeftovers(options.cacheDir);
  const { packages, slots, cacheDir } = options;
  return {
    name: "bwrap",
    describe: `bwrap: ${bubble.version}, ${bubble.walls.python}; ${enforcement(bubble)}`,
    packages,
    slots,
    cacheDir,
    attempt: (job, signal) => runJob(bubble, cacheDir, job, signal),
    release: async () => {
      await Promise.all(bubble.removals);
    },
  };
}

async function runJob(
  bubble: Bubble,
  cacheDir: string,
  job: Job,
  signal: AbortSignal,
): Promise<Attempt> {
  if (signal.aborted) throw new Interrupted(`interrupted before ${job.at}`);
  const logFile = join(job.workspace, LOG_NAME);
  const input = join(job.workspace, "input");
  for (const path of [logFile, input, join(job.workspace, TRACE_NAME)]) {
    await rm(path, { recursive: true, force: true });
  }
  await mkdir(input);
  if (bubble.walls.isRoot) await openAccess(NOBODY_USER, job, bubble.readable);
  const log = await open(logFile, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL);
  const group = await makeGroup(bubble, job);
  try {
    const ran = await runScript(bubble, { cacheDir, log, group }, job, signal);
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
    // Nobody is left in it: nobody needs to wait for it but the closing of the sandbox.
    const removal = removeQuietly(group).finally(() => bubble.removals.delete(removal));
    bubble.removals.add(removal);
  }
}

/** A group that stays, empty, harms nobody. */
async function removeQuietly(group: ControlGroup | null): Promise<void> {
  await removeControlGroup(group?.folders ?? []).catch(() => undefined);
}

async function makeGroup({ groups }: Bubble, job: Job): Promise<ControlGroup | null> {
  try {
    return (await groups?.make(job.limits)) ?? null;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SandboxUnavailable(`no control group for ${job.at}: ${why}`, { cause });
  }
}

async function runScript(
  { program, walls, filter }: Bubble,
  { cacheDir, log, group }: Given,
  job: Job,
  signal: AbortSignal,
): Promise<Ran & { oomKilled: boolean | null }> {
  const id = randomUUID();
  const mark = `MLE_STAR_EXECUTION=${id}`;
  const words = bubblewrapArguments(walls, job, await gpuNodes(job.gpus));
  const bubblewrap = [program, "--args", `${descriptors.arguments}`, "--"];
  const command = {
    file: "/bin/sh",
    args: [
      "-c",
      JOIN,
      "sh",
      ...(group?.joins ?? []),
      "--",
      ...bubblewrap,
      ...innerCommand(walls, job),
    ],
    cwd: "/",
    environment: { PATH, MLE_STAR_EXECUTION: id },
    log,
    inherited: ["told" as const, filter, Buffer.from(words.map((word) => `${word}\0`).join(""))],
    folders: [job.workspace],
    isLimited: group !== null,
    // An own folder for temporary files is not needed: they lie in memory.
    record: { cacheDir, id, mark, folder: null, controlGroups: group?.folders ?? [] },
  };
  let oomKilled: boolean | null = null;
  const ran = await supervise(command, job, signal, async (_, told) => {
    await endTree(readStatus(told).first);
    if (group !== null) oomKilled = (await group.oomKills()) > 0;
  });
  return { ...ran, oomKilled };
}

/** Waits until the first process of the sandbox is gone, and with it all others. */
async function endTree(first: number | null): Promise<void> {
  const identity = first === null ? null : await identify(first);
  if (first === null || identity === null) return;
  process.kill(first, "SIGKILL");
  const deadline = performance.now() + LONGEST_END_MS;
  while (performance.now() < deadline && (await isLiving(identity))) {
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
