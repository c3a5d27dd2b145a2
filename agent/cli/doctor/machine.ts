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
import { type Check, failing, fine, lacking, wordsOf } from "./check.ts";

const MIN_NODE = [20, 19] as const;
const MIN_FREE_GB = 5;
const MIN_MEMORY_MB = 1024;

/** The Node that runs this. */
export function nodeCheck(): Check {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [wanted, least] = MIN_NODE;
  if (major > wanted || (major === wanted && minor >= least)) return fine("Node", process.version);
  return failing("Node", process.version, `install Node ${MIN_NODE.join(".")} or newer`);
}

/** Git keeps the history of every run. */
export async function gitCheck(): Promise<Check> {
  const { exitCode, stdout } = await execa("git", ["--version"], { reject: false });
  if (exitCode === 0) return fine("git", stdout.replace(/^git version /u, ""));
  return failing("git", "not found", "install git");
}

/** Room for what is written, and the right to write there. */
export async function diskCheck(what: string, folder: string): Promise<Check> {
  const place = await existing(resolve(folder));
  try {
    await access(place, constants.W_OK);
  } catch (error) {
    const fix = `choose a folder that can be written: --runs-dir, or MLE_STAR_CACHE for the cache`;
    return failing(what, `${place}: ${wordsOf(error)}`, fix);
  }
  const { bavail, bsize } = await statfs(place);
  const free = (bavail * bsize) / 1024 ** 3;
  const result = `${free.toFixed(1)} GB free for ${resolve(folder)}`;
  if (free >= MIN_FREE_GB) return fine(what, result);
  return lacking(what, result, `free at least ${MIN_FREE_GB} GB: a run that fills the disk ends`);
}

/** The folder itself, or the nearest one above it that is there. */
async function existing(folder: string): Promise<string> {
  for (let place = folder; ; place = dirname(place)) {
    const isThere = await access(place).then(
      () => true,
      () => false,
    );
    if (isThere || dirname(place) === place) return place;
  }
}

/** Cores and memory, and what a run makes of them. */
export async function machineCheck(config: Config): Promise<Check> {
  const machine = await readMachine();
  const { slots, limits } = shareMachine(machine, config.memoryMb);
  const result = `${machine.cores} core(s), ${machine.memoryMb} MB: ${config.slots ?? slots} execution(s) side by side, ${limits.memoryMb} MB each`;
  if (limits.memoryMb >= MIN_MEMORY_MB) return fine("memory", result);
  return lacking("memory", result, "free some memory: scripts on real data may run out of it");
}

/** The GPUs that scripts may be given; whether they arrive in the sandbox is another line. */
export async function gpuCheck(view: GpuView): Promise<Check> {
  const gpus = await findGpus(view);
  if (gpus.length === 0) {
    const everything = await findGpus({ ...view, visible: null });
    if (everything.length === 0) return fine("GPUs", "none on this machine");
    const result = `CUDA_VISIBLE_DEVICES hides all ${everything.length}`;
    return lacking("GPUs", result, "unset CUDA_VISIBLE_DEVICES to let scripts use them");
  }
  const names = gpus.map(({ index, name, memoryMb }) =>
    memoryMb === null ? `${index} ${name}` : `${index} ${name} ${memoryMb} MB`,
  );
  const cdi = (await cdiDevices()).length > 0 ? "; with a CDI spec" : "";
  return fine("GPUs", `${names.join(", ")}${cdi}`);
}

/** Runs that are at work, and those that wait to be gone on with. */
export async function runsCheck(runsDir: string): Promise<Check> {
  const runs = await listRuns(runsDir);
  const states = await Promise.all(runs.map(stateOf));
  const those = (state: string) => runs.filter((_, index) => states[index] === state);
  const result = [
    `${runs.length} in ${resolve(runsDir)}`,
    ...["at work", "unfinished", "unreadable"].flatMap((state) =>
      those(state).length === 0 ? [] : [`${those(state).length} ${state}`],
    ),
  ].join(", ");
  const [unreadable] = those("unreadable");
  if (unreadable !== undefined) {
    return lacking(
      "runs",
      result,
      `\`mle-star runs list\` says what is wrong with ${unreadable.id}`,
    );
  }
  const [unfinished] = those("unfinished");
  if (unfinished === undefined) return fine("runs", result);
  const { id, competition } = unfinished;
  return lacking(
    "runs",
    result,
    `\`mle-star run ${competition} --run-id ${id}\` goes on with ${id}`,
  );
}

async function stateOf({ folder }: RunEntry): Promise<string> {
  try {
    if ((await runHolder(folder)) !== null) return "at work";
    const events = await readEvents(runFiles(folder).journal);
    return events.some(({ type }) => type === "run-ended") ? "ended" : "unfinished";
  } catch (error) {
    if (error instanceof RunRefused) return "unreadable";
    throw error;
  }
}
