import { statfs } from "node:fs/promises";
import { freemem } from "node:os";
import { join } from "node:path";
import { CGROUP_FILES, groupAndParents, ownGroup, readGroupFile } from "./cgroups.ts";
import type { Attempt, Attempts, Job } from "./contract.ts";
import { folderMb } from "./traces.ts";

/** What the machine has left, read before a failure of a script is believed. */
export type MachineState = {
  places: readonly Place[];
  availableMb: number;
  /** Processes that the kernel has ended for memory so far, on the machine and in the groups around us. */
  oomKills: number;
};

/** A folder that a script writes to: what its file system has left, and what the script has written there itself. */
type Place = { path: string; freeMb: number; ownMb: number; freeFiles: number };

/** With less a file system counts as full: a last block is kept back by some. */
const FULL_MB = 1;
/** A script that had this much to itself and filled it has filled the disk; with less, the disk was full. */
const ROOM_MB = 512;
/** Below this an interpreter with its libraries can hardly be started. */
const LOW_MEMORY_MB = 128;
const MEBIBYTE = 1024 * 1024;
const NO_SPACE = /No space left on device|Disk quota exceeded|\[Errno (?:28|122)\]|\bENOSPC\b/u;

/** Reads the file systems that a job writes to, the free memory, and how often the kernel has ended something for it. */
export async function readState(
  { writes }: Pick<Attempts, "writes">,
  { workspace }: Pick<Job, "workspace">,
): Promise<MachineState> {
  const paths = [workspace, ...writes];
  const [places, availableMb, oomKills] = await Promise.all([
    Promise.all(paths.map((path) => readPlace(path, path === workspace))),
    readAvailableMb(),
    readOomKills(),
  ]);
  return { places, availableMb, oomKills };
}

/** Why a try at an execution may have failed through the machine and not through its script; null where it did not. */
export function doubtOf(attempt: Attempt, before: MachineState, now: MachineState): string | null {
  const { execution, killed } = attempt;
  // One that could not write what it wanted may have gone on all the same.
  if (execution.outcome === "finished" && !NO_SPACE.test(execution.log)) return null;
  const lack = lackOf(attempt, before, now);
  return lack ?? killed;
}

/** What the machine lacks for a script that failed: where, and how much is left; null when it is well. */
export function lackOf(
  { execution, lackedMemory }: Pick<Attempt, "execution" | "lackedMemory">,
  before: MachineState,
  now: MachineState,
): string | null {
  if (OWN_LIMITS.includes(execution.outcome)) return null;
  const full = fullPlace(now.places, NO_SPACE.test(execution.log));
  if (full !== null) return full;
  if (!lackedMemory) return null;
  const hasKilled = now.oomKills > before.oomKills;
  if (!hasKilled && now.availableMb >= LOW_MEMORY_MB) return null;
  const killed = hasKilled ? "the kernel ended processes for it, " : "";
  return `this machine's memory ran out (${killed}${Math.floor(now.availableMb)} MB are left); end other programs, or run fewer scripts side by side (--set slots=1)`;
}

/** A limit that was given to the script and that it passed. */
const OWN_LIMITS = ["timed-out", "output-limit", "disk-limit"];

/** `saidSo`: the script was refused space, so that it may have lacked more than is left now. */
function fullPlace(places: readonly Place[], saidSo: boolean): string | null {
  for (const { path, freeMb, ownMb, freeFiles } of places) {
    const hadRoom = freeMb + ownMb >= ROOM_MB && freeFiles > 0;
    const isFull = freeMb < FULL_MB || freeFiles === 0;
    if (hadRoom || !(isFull || saidSo)) continue;
    const beside = ownMb >= 1 ? ` beside ${Math.floor(ownMb)} MB of its own` : "";
    const room = `${Math.floor(freeMb)} MB are left${beside}`;
    const left = freeFiles === 0 ? "no further file fits" : room;
    return `${path}: no space left on the disk (${left}); free some space`;
  }
  return null;
}

async function readPlace(path: string, isOwn: boolean): Promise<Place> {
  const { bavail, bsize, files, ffree } = await statfs(path);
  const freeMb = (bavail * bsize) / MEBIBYTE;
  // Some file systems make room for names as they go, and report none.
  const freeFiles = files === 0 ? 1 : ffree;
  return { path, freeMb, ownMb: isOwn ? await folderMb(path, ROOM_MB) : 0, freeFiles };
}

/** The least that the machine and the groups around us leave. */
async function readAvailableMb(): Promise<number> {
  const text = await readGroupFile("/proc", "meminfo");
  const kilobytes = /^MemAvailable:\s+(\d+) kB/mu.exec(text ?? "")?.[1];
  const machineMb = kilobytes === undefined ? freemem() / MEBIBYTE : Number(kilobytes) / 1024;
  const left = (await groupsAround()).map(async (folder) => {
    const [max, current, stat] = await Promise.all([
      readGroupFile(folder, "memory.max"),
      readGroupFile(folder, "memory.current"),
      readGroupFile(folder, "memory.stat"),
    ]);
    const limit = Number(max ?? Number.NaN);
    if (!Number.isFinite(limit)) return Infinity;
    // Cached files are given up where memory is needed.
    const cached = Number(/^inactive_file (\d+)$/mu.exec(stat ?? "")?.[1] ?? 0);
    return (limit - Number(current ?? 0) + cached) / MEBIBYTE;
  });
  return Math.min(machineMb, ...(await Promise.all(left)));
}

/** Kills of the whole machine where it counts them, else those of our own groups. */
async function readOomKills(): Promise<number> {
  const machine = /^oom_kill (\d+)$/mu.exec((await readGroupFile("/proc", "vmstat")) ?? "")?.[1];
  const groups = (await groupsAround()).map(async (folder) => {
    const events = await readGroupFile(folder, "memory.events");
    return Number(/^oom_kill (\d+)$/mu.exec(events ?? "")?.[1] ?? 0);
  });
  return Math.max(Number(machine ?? 0), ...(await Promise.all(groups)));
}

async function groupsAround(): Promise<string[]> {
  const own = (await ownGroup(null)) ?? "/";
  return groupAndParents(own).map((path) => join(CGROUP_FILES.root, path));
}
