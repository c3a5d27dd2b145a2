import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { diskError, RunRefused } from "../errors.ts";
import {
  type FileLock,
  type Holder,
  LOCK_TIMING,
  type LockTiming,
  locker,
  type Refused,
  readHolder,
} from "./file-lock.ts";
import { isAlive } from "./process-identity.ts";

const FILE = "lock.json";
const POLL_MS = 100;
/** Whoever takes over a dead holder's lock writes one small file. */
const TAKEOVER_MS = 10_000;

/**
 * Locks a run folder for this process until it releases it, or ends. A living holder is refused by name; the lock of
 * a process that ended is taken over. Locking twice in one process is refused too.
 *
 * @throws RunRefused when another process works on the run; UserError when the folder cannot be written
 */
export async function lockRun(folder: string, timing: LockTiming = LOCK_TIMING): Promise<FileLock> {
  const file = join(folder, FILE);
  // A file that is no lock is refused by name, not taken over.
  await runHolder(folder);
  const { take } = locker(timing);
  // A holder that cannot be looked at from here shows within this time whether it lives.
  const end = performance.now() + timing.silenceMs + TAKEOVER_MS;
  for (;;) {
    const lock = await take(file).catch((error: unknown) => {
      throw diskError(error, folder);
    });
    if ("release" in lock) return lock;
    if (lock.isAlive || performance.now() > end) throw refusal(folder, lock);
    await sleep(Math.min(POLL_MS, timing.silenceMs));
  }
}

/**
 * The process that works on a run right now, or null; never waits, so a holder on another machine counts as alive.
 *
 * @throws RunRefused when the lock file is none of ours
 */
export async function runHolder(folder: string): Promise<Holder | null> {
  const file = join(folder, FILE);
  const holder = await readHolder(file);
  if (holder === "unreadable")
    throw new RunRefused(`${file}: not a lock of mle-star; remove it if no run is at work here`);
  return holder !== null && (await isAlive(holder)) !== false ? holder : null;
}

function refusal(folder: string, { holder }: Refused): RunRefused {
  if (holder === null)
    return new RunRefused(`${folder}: other processes are just taking this run; try again`);
  return new RunRefused(
    `${folder}: process ${holder.pid} on ${holder.host} is working on this run; wait for it, stop it, or start a new run`,
  );
}
