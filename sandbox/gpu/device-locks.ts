import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { FileLock, Locker } from "../../runs/record/file-lock.ts";
import type { Gpu } from "./devices.ts";

/**
 * Lock files of devices in a folder: `<id>.lock` on the whole of one, and one for each promise of some of its memory.
 * Promises are made and counted under the lock on the whole, so that two that both fit, but not together, cannot both
 * be made.
 */
export type DeviceLocks = {
  /** Takes any lock by its name; null while another process has it. */
  take(name: string): Promise<FileLock | null>;
  /** Megabytes promised of a device. */
  promised(gpu: Gpu): Promise<number>;
  /** So many megabytes of a device; null where they do not fit beside the others, or somebody has all of it. */
  takeMemory(gpu: Gpu, megabytes: number): Promise<FileLock | null>;
};

export function deviceLocks(folder: string, { take: takeFile }: Locker): DeviceLocks {
  const take = async (name: string): Promise<FileLock | null> => {
    const lock = await takeFile(join(folder, `${name}.lock`));
    return "release" in lock ? lock : null;
  };

  const promised = async (gpu: Gpu): Promise<number> => {
    let sum = 0;
    for (const name of await readdir(folder)) {
      const megabytes = readPromise(name, gpu);
      if (megabytes === null) continue;
      // Whoever could take it finds a promise to a process that has ended.
      const dead = await take(name.replace(/\.lock$/u, ""));
      if (dead === null) sum += megabytes;
      else await dead.release();
    }
    return sum;
  };

  return {
    take,
    promised,
    async takeMemory(gpu, megabytes) {
      const whole = await take(nameOf(gpu));
      if (whole === null) return null;
      try {
        if ((await promised(gpu)) + megabytes > (gpu.memoryMb ?? 0)) return null;
        for (let number = 0; ; number++) {
          const lock = await take(`${nameOf(gpu)}.${megabytes}MB-${number}`);
          if (lock !== null) return lock;
        }
      } finally {
        await whole.release();
      }
    },
  };
}

export function nameOf({ id }: Gpu): string {
  return encodeURIComponent(id);
}

/** The megabytes in the name of a promise of this device; null for other files. */
function readPromise(name: string, gpu: Gpu): number | null {
  if (!name.startsWith(`${nameOf(gpu)}.`)) return null;
  const megabytes = /^(\d+)MB-\d+\.lock$/u.exec(name.slice(nameOf(gpu).length + 1))?.[1];
  return megabytes === undefined ? null : Number(megabytes);
}
