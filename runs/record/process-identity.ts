import { execFile } from "node:child_process";
import { readFile, readlink } from "node:fs/promises";
import { hostname } from "node:os";
import { promisify } from "node:util";
import * as z from "zod";
import { errorCode } from "../errors.ts";

/**
 * Which process: its id, when it started, and where those two mean something. Two containers of one machine may have
 * the same host name, and count their processes from 1 each.
 */
export const processIdentity = z.object({
  host: z.string(),
  /** Id of the boot; null outside Linux. */
  boot: z.string().nullable(),
  /** PID namespace, `pid:[4026531836]`; null outside Linux. */
  pidNamespace: z.string().nullable(),
  pid: z.number().int().positive(),
  /** Start of the process, in the system's own words; `unknown` where it does not tell. */
  started: z.string(),
});
export type ProcessIdentity = z.infer<typeof processIdentity>;

/** This very process. */
export async function ownIdentity(): Promise<ProcessIdentity> {
  const started = (await startOf("self")) ?? (await startOf(process.pid)) ?? "unknown";
  return { ...(await place()), pid: process.pid, started };
}

/** A living process of this PID namespace; null when there is none with this id. */
export async function identify(pid: number): Promise<ProcessIdentity | null> {
  const started = await startOf(pid);
  return started === null ? null : { ...(await place()), pid, started };
}

/**
 * Whether that very process still lives; null when this process cannot tell: it counts its processes in another
 * namespace, or runs on another machine. Only a clear `false` allows anybody to end or remove what it left.
 */
export async function isAlive(identity: ProcessIdentity): Promise<boolean | null> {
  const { host, boot, pidNamespace } = await place();
  const isHere =
    identity.host === host && identity.boot === boot && identity.pidNamespace === pidNamespace;
  if (!isHere || !(await showsOwnNamespace())) return null;
  const started = await startOf(identity.pid);
  if (started === null) return (await isHidden(identity.pid)) ? null : false;
  // An id that another process has by now started at another moment.
  return started === identity.started || identity.started === "unknown";
}

/**
 * Fields of a `/proc/<pid>/stat` from the third, the state, on (proc(5)); null for a process that has ended. The name
 * in brackets may hold anything, so fields are counted from its last bracket.
 */
export function statFields(stat: string): string[] | null {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // A zombie has ended; only its parent has not noticed.
  return fields[0] === "Z" || fields[0] === "X" ? null : fields;
}

/** Position of the start time, field 22, among those fields. */
const START_FIELD = 22 - 3;

async function place(): Promise<Pick<ProcessIdentity, "host" | "boot" | "pidNamespace">> {
  const boot = await readOrNull(() => readFile("/proc/sys/kernel/random/boot_id", "utf8"));
  const pidNamespace = await readOrNull(() => readlink("/proc/self/ns/pid"));
  return { host: hostname(), boot: boot?.trim() ?? null, pidNamespace };
}

/** In a new PID namespace the old /proc may still be mounted: its ids are not those that we know. */
async function showsOwnNamespace(): Promise<boolean> {
  if (process.platform !== "linux") return true;
  return (await readOrNull(() => readlink("/proc/self"))) === String(process.pid);
}

/** Whether a process exists though nobody else may look at it, as where /proc is mounted with hidepid. */
async function isHidden(pid: number): Promise<boolean> {
  if (process.platform !== "linux" || (await statOf(pid)) !== null) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
}

async function startOf(pid: number | "self"): Promise<string | null> {
  if (process.platform === "linux") {
    const stat = await statOf(pid);
    return stat === null ? null : (statFields(stat)?.[START_FIELD] ?? null);
  }
  if (pid === "self") return null;
  // Elsewhere there is no /proc; ps exits with 1 when there is no such process.
  const listed = await readOrNull(() => execFileAsync("ps", ["-o", "lstart=", "-p", String(pid)]));
  return listed?.stdout.trim() || null;
}

function statOf(pid: number | "self"): Promise<string | null> {
  return readOrNull(() => readFile(`/proc/${pid}/stat`, "utf8"));
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
