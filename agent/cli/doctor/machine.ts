import { constants } from "node:fs";
import { access, statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { execa } from "execa";
import { RunRefused } from "../../../runs/errors.ts";
import { listRuns, type RunEntry, runFiles } from "../../../runs/record/folder.ts";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import { runHolder } from "../../../runs/record/lock.ts";
import { cdiDevices, findGpus, type GpuView } from "../../../sandbox/gpu/devices.ts";
import { readMachine, shareMachine } from "../../../sandbox/machine.ts";
import type { Config } from "../../config.ts";
import { type Check, failing, fine, messageOf, warning } from "./check.ts";

const MIN_NODE = [20, 19] as const;
const MIN_FREE_GB = 5;
const MIN_MEMORY_MB = 1024;

/** The version of Node. */
export function nodeCheck(): Check {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [minMajor, minMinor] = MIN_NODE;
  if (major > minMajor || (major === minMajor && minor >= minMinor))
    return fine("Node", process.version);
  return failing("Node", process.version, `install Node ${MIN_NODE.join(".")} or newer`);
}

/** Git, which keeps the history of every run. */
export async function gitCheck(): Promise<Check> {
  const { exitCode, stdout } = await execa("git", ["--version"], { reject: false });
  if (exitCode === 0) return fine("git", stdout.replace(/^git version /u, ""));
  return failing("git", "not found", "install git");
}

/** Free space and write permission of a folder. */
export async function diskCheck(what: string, folder: string): Promise<Check> {
  const target = await existing(resolve(folder));
  try {
    await access(target, constants.W_OK);
  } catch (error) {
    const fix = `choose a writable folder: --runs-dir for runs, MLE_STAR_CACHE for the cache`;
    return failing(what, `${target}: ${messageOf(error)}`, fix);
  }
  const { bavail, bsize } = await statfs(target);
  const free = (bavail * bsize) / 1024 ** 3;
  const result = `${free.toFixed(1)} GB free for ${resolve(folder)}`;
  if (free >= MIN_FREE_GB) return fine(what, result);
  return warning(
    what,
    result,
    `free at least ${MIN_FREE_GB} GB: a run stops when the disk is full`,
  );
}

/** The folder itself, or its nearest existing parent. */
async function existing(folder: string): Promise<string> {
  for (let place = folder; ; place = dirname(place)) {
    const isThere = await access(place).then(
      () => true,
      () => false,
    );
    if (isThere || dirname(place) === place) return place;
  }
}

/** Cores and memory, and how a run divides them. */
export async function machineCheck(config: Config): Promise<Check> {
  const machine = await readMachine();
  const { slots, limits } = shareMachine(machine, config.memoryMb);
  const result = `${machine.cores} core(s), ${machine.memoryMb} MB: ${config.slots ?? slots} parallel execution(s), ${limits.memoryMb} MB each`;
  if (limits.memoryMb >= MIN_MEMORY_MB) return fine("memory", result);
  return warning("memory", result, "free some memory: scripts may run out of it");
}

/** The GPUs visible to us; another check tests whether the sandbox passes them on. */
export async function gpuCheck(view: GpuView): Promise<Check> {
  const gpus = await findGpus(view);
  if (gpus.length === 0) {
    const everything = await findGpus({ ...view, visible: null });
    if (everything.length === 0) return fine("GPUs", "none on this machine");
    const result = `CUDA_VISIBLE_DEVICES hides all ${everything.length}`;
    return warning("GPUs", result, "unset CUDA_VISIBLE_DEVICES to let scripts use them");
  }
  const names = gpus.map(({ index, name, memoryMb }) =>
    memoryMb === null ? `${index} ${name}` : `${index} ${name} ${memoryMb} MB`,
  );
  const cdi = (await cdiDevices()).length > 0 ? "; with a CDI spec" : "";
  return fine("GPUs", `${names.join(", ")}${cdi}`);
}

/** Runs in progress, unfinished and unreadable ones. */
export async function runsCheck(runsDir: string): Promise<Check> {
  const runs = await listRuns(runsDir);
  const states = await Promise.all(runs.map(stateOf));
  const those = (state: string) => runs.filter((_, index) => states[index] === state);
  const result = [
    `${runs.length} in ${resolve(runsDir)}`,
    ...["running", "unfinished", "unreadable"].flatMap((state) =>
      those(state).length === 0 ? [] : [`${those(state).length} ${state}`],
    ),
  ].join(", ");
  const [unreadable] = those("unreadable");
  if (unreadable !== undefined) {
    return warning(
      "runs",
      result,
      `\`mle-star runs list\` shows what is wrong with ${unreadable.id}`,
    );
  }
  const [unfinished] = those("unfinished");
  if (unfinished === undefined) return fine("runs", result);
  const { id, competition } = unfinished;
  return warning("runs", result, `\`mle-star run ${competition} --run-id ${id}\` resumes ${id}`);
}

async function stateOf({ folder }: RunEntry): Promise<string> {
  try {
    if ((await runHolder(folder)) !== null) return "running";
    const events = await readEvents(runFiles(folder).journal);
    return events.some(({ type }) => type === "run-ended") ? "ended" : "unfinished";
  } catch (error) {
    if (error instanceof RunRefused) return "unreadable";
    throw error;
  }
}
