import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lock } from "proper-lockfile";
import { z } from "zod";
import { diskError, errorCode } from "../disk-errors.ts";
import { RunRefused } from "../errors.ts";
import { writeAtomically } from "./atomic-file.ts";
import { isAlive, ownIdentity } from "./process-identity.ts";

const FILE = "lock.json";
const BEAT_MS = 5_000;
const WATCH_MS = 20_000;
/** Nobody needs the door for longer than it takes to write one small file. */
const DOOR = { stale: 10_000, retries: { retries: 80, minTimeout: 50, maxTimeout: 200 } };

const holder = z.object({
  pid: z.number().int().positive(),
  started: z.string(),
  machine: z.string(),
  /** Counts up while the holder lives: how another machine sees that it does. */
  beat: z.number().int(),
});

/** The process that works on a run. */
export type Holder = z.infer<typeof holder>;

/** The right to write to a run folder, held until released or until this process ends. */
export type RunLock = { release(): Promise<void> };

/** How often a holder shows that it lives, and how long another machine watches for that. */
export type Beat = { everyMs: number; watchMs: number };

/**
 * Locks a run folder for this process. A living holder is refused by name; the lock of a process that ended,
 * however it ended and whoever has its number now, is taken over. Locking twice in one process is refused too.
 */
export async function lockRun(
  folder: string,
  { everyMs, watchMs }: Beat = { everyMs: BEAT_MS, watchMs: WATCH_MS },
): Promise<RunLock> {
  const file = join(folder, FILE);
  const standing = await readHolder(file);
  // Watched before the door is shut behind us: it can take long, and a taker must not block the others.
  if (standing !== null && (await isHolding(file, standing, watchMs)))
    throw refusal(folder, standing);
  const leave = await enterDoor(folder, `${file}.door`);
  try {
    const now = await readHolder(file);
    if (now !== null && !isSame(now, standing)) throw refusal(folder, now);
    const own = { ...(await ownIdentity()), beat: 0 };
    await writeHolder(file, own);
    return keepBeating(file, own, everyMs);
  } finally {
    await leave();
  }
}

/** The process that works on a run right now, or null; never waits, so a far machine's holder counts as alive. */
export async function runHolder(folder: string): Promise<Holder | null> {
  const standing = await readHolder(join(folder, FILE));
  return standing !== null && (await isAlive(standing)) !== false ? standing : null;
}

/** Only one process at a time looks at the lock and takes it. */
async function enterDoor(folder: string, lockfilePath: string): Promise<() => Promise<void>> {
  try {
    return await lock(folder, { lockfilePath, ...DOOR });
  } catch (error) {
    if (errorCode(error) !== "ELOCKED") throw diskError(error, folder);
    throw new RunRefused(`${folder}: other processes are just taking this run; try again`);
  }
}

async function isHolding(file: string, standing: Holder, watchMs: number): Promise<boolean> {
  const alive = await isAlive(standing);
  if (alive !== null) return alive;
  const end = performance.now() + watchMs;
  while (performance.now() < end) {
    await sleep(Math.min(250, watchMs));
    const later = await readHolder(file);
    if (later === null || !isSame(later, standing)) return false;
    if (later.beat !== standing.beat) return true;
  }
  return false;
}

function isSame(a: Holder, b: Holder | null): boolean {
  return b !== null && a.pid === b.pid && a.started === b.started && a.machine === b.machine;
}

function refusal(folder: string, { pid, machine }: Holder): RunRefused {
  const host = machine.split(" ")[0];
  return new RunRefused(
    `${folder}: process ${pid} on ${host} is working on this run; wait for it, stop it, or start a new run`,
  );
}

async function readHolder(file: string): Promise<Holder | null> {
  try {
    return holder.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    if (error instanceof SyntaxError || error instanceof z.ZodError)
      throw new RunRefused(`${file}: not a lock of mle-star; remove it if no run is at work here`);
    throw error;
  }
}

async function writeHolder(file: string, own: Holder): Promise<void> {
  await writeAtomically(file, `${JSON.stringify(own)}\n`);
}

function keepBeating(file: string, own: Holder, everyMs: number): RunLock {
  const stop = new AbortController();
  // A beat that cannot be written is heard by nobody, but it is no reason to end a run that works.
  const beating = Promise.allSettled([beat(file, own, everyMs, stop.signal)]);
  return {
    release: async () => {
      stop.abort();
      await beating;
      const standing = await readHolder(file);
      if (standing !== null && isSame(standing, own)) await rm(file, { force: true });
    },
  };
}

async function beat(file: string, own: Holder, everyMs: number, stop: AbortSignal): Promise<void> {
  for (let count = 1; !stop.aborted; count++) {
    // Not a reason to stay alive: a run that is done may end without releasing.
    await sleep(everyMs, undefined, { signal: stop, ref: false }).catch(() => undefined);
    const standing = await readHolder(file);
    if (stop.aborted || standing === null || !isSame(standing, own)) return;
    await writeHolder(file, { ...own, beat: count });
  }
}
