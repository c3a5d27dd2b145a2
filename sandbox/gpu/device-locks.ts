import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { z } from "zod";
import { errorCode } from "../../runs/disk-errors.ts";
import { isAlive, ownIdentity } from "../../runs/record/process-identity.ts";

const holderSchema = z.object({
  /** One per lock taken: what a taker of a dead holder's lock has seen. */
  token: z.uuid(),
  pid: z.number().int().positive(),
  started: z.string(),
  machine: z.string(),
});
type Holder = z.infer<typeof holderSchema>;

/** A lock file appears whole: one that cannot be read lost its content in a power cut, and its holder with it. */
const UNREADABLE = { token: "unreadable" } as const;

/** A lock file of ours that stands. */
export type DeviceLock = { path: string; token: string };

/**
 * Holders that this process cannot look at, in another container, show that they live by touching their files: one
 * that has not for `silenceMs` is dead. `seen` tells when each token's file was last seen to change.
 */
export type Watched = {
  silenceMs: number;
  seen: Map<string, { touched: number; since: number }>;
};

/**
 * Takes a lock file, or says that a living process holds it. The file appears whole and at once; the lock of a
 * process that ended, however it ended, is taken over by exactly one of those who see that.
 */
export async function takeDevice(path: string, watched: Watched): Promise<DeviceLock | null> {
  const own: Holder = { token: randomUUID(), ...(await ownIdentity()) };
  const draft = `${path}.${own.token}`;
  await writeFile(draft, `${JSON.stringify(own)}\n`);
  try {
    return (await take(path, draft, watched)) ? { path, token: own.token } : null;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Gives a lock back; one that somebody removed by hand is gone already. */
export async function releaseDevice({ path, token }: DeviceLock): Promise<void> {
  if ((await readHolder(path))?.token === token) await rm(path, { force: true });
}

/**
 * A dead holder's lock is replaced behind a door that is itself such a lock, named after that holder: whoever
 * is late finds either the door shut or another holder behind it.
 */
async function take(path: string, draft: string, watched: Watched): Promise<boolean> {
  if (await linkNew(draft, path)) return true;
  const standing = await readHolder(path);
  // Released just now: whoever is quicker may have it, we come again.
  if (standing === null || (await isHolding(path, standing, watched))) return false;
  const door = `${path}.after-${standing.token}`;
  if (!(await take(door, draft, watched))) return false;
  try {
    if ((await readHolder(path))?.token !== standing.token) return false;
    const copy = `${draft}.new`;
    await writeFile(copy, await readFile(draft));
    await rename(copy, path);
    return true;
  } finally {
    await rm(door, { force: true });
  }
}

/** A hard link either makes the name, with all its content, or finds it taken. */
async function linkNew(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

async function isHolding(
  path: string,
  holder: Holder | typeof UNREADABLE,
  watched: Watched,
): Promise<boolean> {
  if (!("pid" in holder)) return false;
  const alive = await isAlive(holder);
  if (alive !== null) return alive;
  const touched = await touchedAt(path);
  const now = performance.now();
  const last = watched.seen.get(holder.token);
  if (last === undefined || last.touched !== touched) {
    watched.seen.set(holder.token, { touched, since: now });
    return true;
  }
  return now - last.since < watched.silenceMs;
}

async function touchedAt(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return 0;
    throw error;
  }
}

async function readHolder(path: string): Promise<Holder | typeof UNREADABLE | null> {
  try {
    return holderSchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    if (error instanceof SyntaxError || error instanceof z.ZodError) return UNREADABLE;
    throw error;
  }
}
