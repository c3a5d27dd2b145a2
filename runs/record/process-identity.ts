import { execFile } from "node:child_process";
import { readFile, readlink } from "node:fs/promises";
import { hostname } from "node:os";
import { promisify } from "node:util";
import { errorCode } from "../disk-errors.ts";

/** Which process: its number, when it started, and the machine on which those two mean something. */
export type ProcessIdentity = { pid: number; started: string; machine: string };

/** This very process. */
export async function ownIdentity(): Promise<ProcessIdentity> {
  const started = (await startOf(process.pid)) ?? "unknown";
  return { pid: process.pid, started, machine: await machine() };
}

/** True when that process still runs; null when this machine cannot know. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean | null> {
  if (identity.machine !== (await machine())) return null;
  const started = await startOf(identity.pid);
  // A number that another process has by now started at another moment.
  return started !== null && (started === identity.started || identity.started === "unknown");
}

/** Host, boot and process namespace: a container or a reboot counts its processes anew. */
async function machine(): Promise<string> {
  const boot = await readOrNull(() => readFile("/proc/sys/kernel/random/boot_id", "utf8"));
  const namespace = await readOrNull(() => readlink("/proc/self/ns/pid"));
  return [hostname(), boot?.trim(), namespace].filter((part) => part != null).join(" ");
}

/** When a process started, in the system's own words; null when there is none. */
async function startOf(pid: number): Promise<string | null> {
  const stat = await readOrNull(() => readFile(`/proc/${pid}/stat`, "utf8"));
  if (stat !== null) return startOfStat(stat);
  if (process.platform === "linux") return null;
  // Elsewhere there is no /proc; ps exits with 1 when there is no such process.
  const listed = await readOrNull(() => execFileAsync("ps", ["-o", "lstart=", "-p", String(pid)]));
  return listed?.stdout.trim() || null;
}

/** The name in brackets may hold anything, so fields are counted from its last bracket: state is 3, start is 22. */
function startOfStat(stat: string): string | null {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // A zombie has ended; only its parent has not noticed.
  if (fields[0] === "Z" || fields[0] === "X") return null;
  return fields[22 - 3] ?? null;
}

const execFileAsync = promisify(execFile);

async function readOrNull<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    const code = errorCode(error);
    const exited = error instanceof Error && "code" in error && typeof error.code === "number";
    if (exited || code === "ENOENT" || code === "ESRCH" || code === "EACCES") return null;
    throw error;
  }
}
