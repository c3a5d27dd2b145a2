import { mkdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { diskError, Interrupted } from "../../runs/errors.ts";
import { type FileLock, LOCK_TIMING, locker } from "../../runs/record/file-lock.ts";
import { deviceLocks, nameOf } from "./device-locks.ts";
import type { Gpu } from "./devices.ts";

/** Devices, or their promised part, that belong to one execution until they are released. */
export type Lease = { ids: readonly string[]; release(): Promise<void> };

/** The devices of this machine that executions take turns on, also those of other runs. */
export type GpuPool = {
  readonly devices: readonly Gpu[];
  /** Megabytes of each device that an execution is promised; null: the whole of it. */
  readonly promisedMb: number | null;
  /** Waits for so many free devices; an aborted signal throws `Interrupted`. */
  lease(count: number, signal: AbortSignal): Promise<Lease>;
  /** Devices on which an execution failed: leased again only when there are no others. */
  suspect(ids: readonly string[]): void;
};

export type PoolOptions = {
  devices: readonly Gpu[];
  /** Megabytes of each device that an execution is promised; null: the whole of it. */
  promisedMb: number | null;
  /** Where the lock files lie; processes that share it never lease the same device, nor more memory than it has. */
  folder: string;
  /** Called once for each lease that has to wait. */
  report: (line: string) => void;
  /** How often to check whether a device is free again. */
  pollMs?: number;
  /** After how long a holder in another container whose lock file is not touched counts as dead. */
  silenceMs?: number;
};

const POLL_MS = 250;

/** The locks of a lease that is being gathered, and those of devices that nobody else may join meanwhile. */
type Gathered = { held: Map<string, FileLock>; closed: Map<string, FileLock> };

/**
 * Leases devices by lock files; the next one that needs a device takes over those of a crashed process. Executions that
 * are promised memory share a device while the sum of what they are promised fits. Who needs a whole one that is shared
 * keeps others from joining while it waits, or those would keep it waiting for ever.
 */
export function gpuPool(options: PoolOptions): GpuPool {
  const { devices, promisedMb, folder, report, pollMs = POLL_MS } = options;
  const timing = { ...LOCK_TIMING, silenceMs: options.silenceMs ?? LOCK_TIMING.silenceMs };
  const { take, promised, takeMemory } = deviceLocks(folder, locker(timing));
  const suspects = new Set<string>();

  /** The device with most memory left first: scripts that share one are slower. */
  const inOrder = async (): Promise<Gpu[]> => {
    const sound = devices.filter(({ id }) => !suspects.has(id));
    const others = devices.filter(({ id }) => suspects.has(id));
    if (promisedMb === null) return [...sound, ...others];
    const left = new Map<string, number>();
    for (const gpu of devices) left.set(gpu.id, (gpu.memoryMb ?? 0) - (await promised(gpu)));
    const most = (a: Gpu, b: Gpu) => (left.get(b.id) ?? 0) - (left.get(a.id) ?? 0);
    return [...sound.sort(most), ...others.sort(most)];
  };

  /** All of a device, once nobody has a part of it; else its lock may be kept, in `closed`, until that is so. */
  const takeWhole = async (gpu: Gpu, closed: Map<string, FileLock>, mayClose: boolean) => {
    const lock = closed.get(gpu.id) ?? (await take(nameOf(gpu)));
    if (lock === null) return null;
    if ((await promised(gpu)) === 0) {
      closed.delete(gpu.id);
      return lock;
    }
    if (closed.has(gpu.id) || mayClose) closed.set(gpu.id, lock);
    else await lock.release();
    return null;
  };

  /** Fills `held` up to the count; false while devices are missing. */
  const takeFree = async ({ held, closed }: Gathered, count: number): Promise<boolean> => {
    for (const gpu of await inOrder()) {
      if (held.size === count) break;
      if (held.has(gpu.id)) continue;
      const lock =
        promisedMb === null
          ? await takeWhole(gpu, closed, held.size + closed.size < count)
          : await takeMemory(gpu, promisedMb);
      if (lock !== null) held.set(gpu.id, lock);
    }
    return held.size === count;
  };

  const waitUntil = async (isDone: () => Promise<boolean>, signal: AbortSignal) => {
    for (let waited = 0; ; waited++) {
      if (signal.aborted) throw new Interrupted("interrupted while waiting for a GPU");
      if (await isDone()) return;
      if (waited === 0) report("waiting for a GPU: other executions have them all");
      await sleep(pollMs, undefined, { signal }).catch(() => undefined);
    }
  };

  return {
    devices,
    promisedMb,
    suspect: (ids) => {
      for (const id of ids) suspects.add(id);
    },
    async lease(count, signal) {
      await mkdir(folder, { recursive: true });
      const gathered: Gathered = { held: new Map(), closed: new Map() };
      // Two that each hold half of what they need would wait for ever: one at a time gathers several.
      const turn = new Map<string, FileLock>();
      try {
        if (count > 1) {
          await waitUntil(async () => {
            const lock = await take("turn");
            if (lock !== null) turn.set("turn", lock);
            return lock !== null;
          }, signal);
        }
        await waitUntil(() => takeFree(gathered, count), signal);
        return leaseOf(gathered.held);
      } catch (error) {
        await releaseAll(gathered.held);
        throw diskError(error, folder);
      } finally {
        await releaseAll(gathered.closed);
        await releaseAll(turn);
      }
    },
  };
}

function leaseOf(held: Map<string, FileLock>): Lease {
  return { ids: [...held.keys()], release: () => releaseAll(held) };
}

async function releaseAll(held: Map<string, FileLock>): Promise<void> {
  const locks = [...held.values()];
  held.clear();
  await Promise.all(locks.map((lock) => lock.release()));
}
