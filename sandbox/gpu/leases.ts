import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { diskError, Interrupted } from "../../runs/errors.ts";
import { type FileLock, LOCK_TIMING, locker } from "../../runs/record/file-lock.ts";
import type { Gpu } from "./devices.ts";

/** Devices that belong to one execution until they are released. */
export type Lease = { ids: readonly string[]; release(): Promise<void> };

/** The devices of this machine that executions take turns on, also those of other runs. */
export type GpuPool = {
  readonly devices: readonly Gpu[];
  /** Waits for so many free devices; an aborted signal throws `Interrupted`. */
  lease(count: number, signal: AbortSignal): Promise<Lease>;
  /** Devices on which an execution failed: leased again only when there are no others. */
  suspect(ids: readonly string[]): void;
};

export type PoolOptions = {
  devices: readonly Gpu[];
  /** Where the lock files lie; processes that share it never lease the same device. */
  folder: string;
  /** Called once for each lease that has to wait. */
  report: (line: string) => void;
  /** How often to check whether a device is free again. */
  pollMs?: number;
  /** After how long a holder in another container whose lock file is not touched counts as dead. */
  silenceMs?: number;
};

const POLL_MS = 250;

/** Leases devices by lock files; the next one that needs a device takes over those of a crashed process. */
export function gpuPool(options: PoolOptions): GpuPool {
  const { devices, folder, report, pollMs = POLL_MS } = options;
  const locks = locker({ ...LOCK_TIMING, silenceMs: options.silenceMs ?? LOCK_TIMING.silenceMs });
  const suspects = new Set<string>();
  const take = async (name: string): Promise<FileLock | null> => {
    const lock = await locks.take(join(folder, `${encodeURIComponent(name)}.lock`));
    return "release" in lock ? lock : null;
  };

  /** Fills `held` up to the count; false while devices are missing. */
  const takeFree = async (held: Map<string, FileLock>, count: number): Promise<boolean> => {
    const sound = devices.filter(({ id }) => !suspects.has(id));
    const others = devices.filter(({ id }) => suspects.has(id));
    for (const { id } of [...sound, ...others]) {
      if (held.size === count) break;
      const lock = held.has(id) ? null : await take(id);
      if (lock !== null) held.set(id, lock);
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
    suspect: (ids) => {
      for (const id of ids) suspects.add(id);
    },
    async lease(count, signal) {
      await mkdir(folder, { recursive: true });
      const held = new Map<string, FileLock>();
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
        await waitUntil(() => takeFree(held, count), signal);
        return leaseOf(held);
      } catch (error) {
        await releaseAll(held);
        throw diskError(error, folder);
      } finally {
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
