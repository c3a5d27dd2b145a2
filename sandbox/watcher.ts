import type { FileHandle } from "node:fs/promises";
import type { Limits, Outcome } from "./contract.ts";
import { familyOf, listProcesses, proportionalMb } from "./processes.ts";
import { folderMb } from "./traces.ts";

export type Watched = {
  leader: number;
  limits: Limits;
  log: FileHandle;
  folders: string[];
  /** Called once, with the limit that was passed. */
  onBreach: (outcome: Outcome, detail: string) => void;
};

const TICK_MS = 150;
/** Walking the folders costs more than reading the process table. */
const TICKS_PER_DISK_CHECK = 6;

/** Watches what the kernel does not limit for an ordinary process: memory and number of a family, output, disk. */
export function watch(watched: Watched): { stop: () => Promise<number> } {
  let peakMb = 0;
  let isStopped = false;
  let wake: () => void = () => undefined;

  const loop = async (): Promise<void> => {
    for (let tick = 1; !isStopped; tick++) {
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, TICK_MS);
      });
      if (isStopped) return;
      const family = familyOf(await listProcesses(), watched.leader);
      const residentMb = family.reduce((sum, each) => sum + each.residentMb, 0);
      peakMb = Math.max(peakMb, residentMb);
      const breach =
        familyBreach(family, residentMb, watched.limits) ??
        (await outputBreach(watched)) ??
        (tick % TICKS_PER_DISK_CHECK === 0 ? await diskBreach(watched) : null);
      if (breach !== null && !isStopped) {
        watched.onBreach(...breach);
        return;
      }
    }
  };
  const done = loop();
  return {
    stop: async () => {
      isStopped = true;
      wake();
      await done;
      return Math.round(peakMb);
    },
  };
}

type Breach = [Outcome, string];

function familyBreach(
  family: ReturnType<typeof familyOf>,
  residentMb: number,
  limits: Limits,
): Breach | null {
  if (family.length > limits.pids) return ["error", `more than ${limits.pids} processes`];
  if (residentMb <= limits.memoryMb) return null;
  // Forked children share pages, which the plain sum counts once for each of them.
  const usedMb = proportionalMb(family) ?? residentMb;
  if (usedMb <= limits.memoryMb) return null;
  return ["out-of-memory", `more than ${limits.memoryMb} MB of memory`];
}

async function outputBreach({ log, limits }: Watched): Promise<Breach | null> {
  const { size } = await log.stat();
  return size > limits.outputMb * 1024 * 1024
    ? ["output-limit", `more than ${limits.outputMb} MB of output`]
    : null;
}

async function diskBreach({ folders, limits }: Watched): Promise<Breach | null> {
  let usedMb = 0;
  for (const folder of folders) usedMb += await folderMb(folder, limits.diskMb);
  return usedMb > limits.diskMb ? ["disk-limit", `more than ${limits.diskMb} MB on disk`] : null;
}
