import type { Limits, Outcome } from "../contract.ts";
import { folderMb } from "../traces.ts";
import { familyOf, listProcesses, namelessMb, type Process, proportionalMb } from "./processes.ts";

export type Watched = {
  /** First process of the script, once it is known. */
  leader(): Promise<number | null>;
  limits: Limits;
  /** Size of what the script has printed. */
  outputBytes(): Promise<number>;
  folders: string[];
  /** Whether the kernel limits memory and processes: then the family need not be read. */
  isLimited: boolean;
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
      const family = await measureFamily(watched);
      peakMb = Math.max(peakMb, family.residentMb);
      const breach =
        family.breach ??
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

/** What the family uses, and the limit it passed; nothing where the kernel limits both. */
async function measureFamily({
  leader,
  limits,
  isLimited,
}: Watched): Promise<{ residentMb: number; breach: Breach | null }> {
  const first = isLimited ? null : await leader();
  if (first === null) return { residentMb: 0, breach: null };
  const family = familyOf(await listProcesses(), first);
  const residentMb = family.reduce((sum, each) => sum + each.residentMb, 0);
  return { residentMb, breach: familyBreach(family, residentMb, limits) };
}

function familyBreach(
  family: readonly Process[],
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

async function outputBreach({ outputBytes, limits }: Watched): Promise<Breach | null> {
  return (await outputBytes()) > limits.outputMb * 1024 * 1024
    ? ["output-limit", `more than ${limits.outputMb} MB of output`]
    : null;
}

async function diskBreach({ folders, limits, leader }: Watched): Promise<Breach | null> {
  let usedMb = 0;
  for (const folder of folders) usedMb += await folderMb(folder, limits.diskMb);
  const first = await leader();
  // A deleted file takes disk space until it is closed.
  if (first !== null) usedMb += namelessMb(familyOf(await listProcesses(), first));
  return usedMb > limits.diskMb ? ["disk-limit", `more than ${limits.diskMb} MB on disk`] : null;
}
