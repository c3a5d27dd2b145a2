import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import {
  identify,
  isAlive,
  ownIdentity,
  processIdentity,
} from "../../runs/record/process-identity.ts";
import { removeControlGroup } from "./control-groups.ts";
import { endGroup, endMarked } from "./processes.ts";

const recordSchema = z.object({
  owner: processIdentity,
  leader: processIdentity,
  /** Variable in the environment of all its processes. */
  mark: z.string(),
  folder: z.string().nullable(),
  controlGroups: z.array(z.string()),
});
type Record = z.infer<typeof recordSchema>;

/** Records a running group, so that a later start can end it should we die; resolves to what erases the record. */
export async function recordRunning(
  cacheDir: string,
  id: string,
  running: { leader: number; mark: string; folder: string | null; controlGroups: string[] },
): Promise<() => Promise<void>> {
  const [owner, leader] = await Promise.all([ownIdentity(), identify(running.leader)]);
  // It may have ended already; then there is nothing to reap.
  if (leader === null) return async () => undefined;
  const path = join(cacheDir, "running", `${id}.json`);
  const record: Record = { ...running, owner, leader };
  // Whole from the first moment: another start takes half a record for one that a crash has torn.
  const part = join(cacheDir, `${id}.part`);
  await writeFile(part, JSON.stringify(record));
  await rename(part, path);
  return () => rm(path, { force: true });
}

/**
 * Ends what dead harnesses left running; how many groups there were. The groups of living ones are not touched, nor
 * those of harnesses that this process knows nothing of: in another container, on another machine that shares the cache.
 */
export async function reapLeftovers(cacheDir: string): Promise<number> {
  const folder = join(cacheDir, "running");
  await mkdir(folder, { recursive: true });
  let reaped = 0;
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const record = await readRecord(path);
    if (record !== null && (await isAlive(record.owner)) !== false) continue;
    if (record !== null) {
      // The id of a dead leader may have gone to someone else's process.
      if (await isAlive(record.leader)) endGroup(record.leader.pid);
      endMarked(record.mark);
      await removeControlGroup(record.controlGroups);
      if (record.folder !== null) await rm(record.folder, { recursive: true, force: true });
      reaped++;
    }
    await rm(path, { force: true });
  }
  return reaped;
}

/** Null for a record whose writer died while writing it, or that another start has just removed. */
async function readRecord(path: string): Promise<Record | null> {
  const text = await readFile(path, "utf8").catch(() => "");
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return null;
    throw error;
  }
}
