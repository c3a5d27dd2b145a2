import { randomUUID } from "node:crypto";
import { constants, copyFile, link, open, rename, rm, utimes, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { errorCode, Interrupted } from "../errors.ts";
import { isAlive, ownIdentity, processIdentity } from "./process-identity.ts";

const holderSchema = processIdentity.extend({
  /** One for each lock taken: tells a holder from the next one of the same process. */
  token: z.uuid(),
});

/** The process that holds a lock. */
export type Holder = z.infer<typeof holderSchema>;

/** A lock that this process holds until it releases it, or ends. */
export type FileLock = { release(): Promise<void> };

/** A lock that another holds: `isAlive` where that is certain; `holder` is null while the lock changes hands. */
export type Refused = { holder: Holder | null; isAlive: boolean };

/**
 * How often a holder touches its file, and after how long without a touch it counts as dead. Only those decide by it
 * who cannot look at the holder's process: in another PID namespace, on another machine.
 */
export type LockTiming = { heartbeatMs: number; silenceMs: number };

/** Four heartbeats may be lost, to a busy disk or a paused process, before a lock is. */
export const LOCK_TIMING: LockTiming = { heartbeatMs: 5_000, silenceMs: 20_000 };

/** Tries to take one lock file after another; remembers when it last saw the heartbeat of each holder. */
export type Locker = { take(path: string): Promise<FileLock | Refused> };

/** A lock file as it stands; `holder` is null where it cannot be read. */
type Standing = { holder: Holder | null; touchedMs: number };
type Heartbeat = { touchedMs: number; since: number; hasChanged: boolean };

/** A file appears whole, except where there are no hard links: then reading it may be too early by so much. */
const COPY_MS = 100;
const NO_LINKS = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"];

/**
 * Takes lock files. A lock file appears whole and at once; the lock of a process that ended, however it ended and
 * whoever has its id now, is taken over by exactly one of those who see that.
 */
export function locker({ heartbeatMs, silenceMs }: LockTiming = LOCK_TIMING): Locker {
  const seen = new Map<string, Heartbeat>();

  const stateOf = async ({ holder, touchedMs }: Standing): Promise<boolean | null> => {
    // It lost its content in a power cut, and its holder with it.
    if (holder === null) return false;
    const alive = await isAlive(holder);
    if (alive !== null) return alive;
    const now = performance.now();
    const last = seen.get(holder.token);
    if (last === undefined || last.touchedMs !== touchedMs) {
      seen.set(holder.token, { touchedMs, since: now, hasChanged: last !== undefined });
      return last === undefined ? null : true;
    }
    if (now - last.since >= silenceMs) return false;
    return last.hasChanged ? true : null;
  };

  /** A dead holder's lock is replaced under a lock named after that holder: who is late finds another holder there. */
  const takeOrReplace = async (path: string, draft: string): Promise<boolean> => {
    if (await linkNew(draft, path)) return true;
    const standing = await readStanding(path);
    if (standing === null || (await stateOf(standing)) !== false) return false;
    const takeoverLock = `${path}.after-${tokenOf(standing)}`;
    if (!(await takeOrReplace(takeoverLock, draft))) return false;
    try {
      const now = await readStanding(path);
      if (now === null || tokenOf(now) !== tokenOf(standing)) return false;
      await copyFile(draft, `${draft}.new`);
      await rename(`${draft}.new`, path);
      return true;
    } finally {
      await rm(takeoverLock, { force: true });
    }
  };

  return {
    async take(path) {
      const standing = await readStanding(path);
      const alive = standing === null ? false : await stateOf(standing);
      if (standing !== null && alive !== false)
        return { holder: standing.holder, isAlive: alive === true };
      const token = randomUUID();
      const draft = `${path}.${token}`;
      try {
        const own: Holder = { ...(await ownIdentity()), token };
        await writeFile(draft, `${JSON.stringify(own)}\n`, { flush: true });
        if (await takeOrReplace(path, draft)) return heldLock(path, token, heartbeatMs);
        return { holder: null, isAlive: false };
      } finally {
        await rm(draft, { force: true });
      }
    },
  };
}

export type Waiting = {
  /** Reported once when another process holds the lock. */
  message: string;
  report: (line: string) => void;
  signal?: AbortSignal | undefined;
};

/** Runs an effect that only one process at a time may run, named by a path; an aborted wait throws `Interrupted`. */
export async function withLock<T>(
  path: string,
  { message, report, signal }: Waiting,
  effect: () => Promise<T>,
): Promise<T> {
  const { take } = locker();
  let lock = await take(`${path}.lock`);
  for (let waited = 0; !("release" in lock); waited++) {
    if (signal?.aborted) throw new Interrupted("interrupted while waiting for another process");
    if (waited === 0) report(message);
    await sleep(500);
    lock = await take(`${path}.lock`);
  }
  try {
    return await effect();
  } finally {
    await lock.release();
  }
}

/** Who holds a lock file, dead or alive; `unreadable` where its content is no lock, null without the file. */
export async function readHolder(path: string): Promise<Holder | "unreadable" | null> {
  const standing = await readStanding(path);
  return standing === null ? null : (standing.holder ?? "unreadable");
}

function heldLock(path: string, token: string, heartbeatMs: number): FileLock {
  const isOurs = async () => (await readStanding(path))?.holder?.token === token;
  const touch = async (): Promise<void> => {
    const now = new Date();
    if (await isOurs()) await utimes(path, now, now);
  };
  // A heartbeat that cannot be written is no reason to end what runs; nor is it one to stay alive.
  const timer = setInterval(() => void touch().catch(() => undefined), heartbeatMs);
  timer.unref();
  return {
    release: async () => {
      clearInterval(timer);
      // One that somebody removed by hand is gone already.
      if (await isOurs()) await rm(path, { force: true });
    },
  };
}

/** A hard link either makes the name, with all its content, or finds it taken. */
async function linkNew(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path).catch((error) => {
      if (!NO_LINKS.includes(errorCode(error) ?? "")) throw error;
      return copyFile(draft, path, constants.COPYFILE_EXCL);
    });
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

function tokenOf({ holder }: Standing): string {
  return holder?.token ?? "unreadable";
}

async function readStanding(path: string): Promise<Standing | null> {
  const first = await readOnce(path);
  if (first === null || first.holder !== null) return first;
  await sleep(COPY_MS);
  return readOnce(path);
}

/** Opened anew each time: a network file system then shows the latest touch of another machine. */
async function readOnce(path: string): Promise<Standing | null> {
  try {
    await using file = await open(path, "r");
    const [text, { mtimeMs }] = [await file.readFile("utf8"), await file.stat()];
    return { holder: readHolderText(text), touchedMs: mtimeMs };
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  }
}

function readHolderText(text: string): Holder | null {
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return null;
    throw error;
  }
}
