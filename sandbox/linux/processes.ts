import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  type Stats,
  statSync,
} from "node:fs";
import { execa } from "execa";
import { errorCode } from "../../runs/errors.ts";
import { statFields } from "../../runs/record/process-identity.ts";

/** One process of this machine. */
export type Process = { pid: number; parent: number; group: number; residentMb: number };

const hasProcfs = process.platform === "linux";

/** Longer than any `/proc/<pid>/stat`, 52 numbers and a name of 16 letters, and than the first entry of an `smaps`. */
const head = Buffer.alloc(4096);

/** Of the kernel, so read once: all of `smaps` takes as long as the process is large. */
const PAGE_MB = hasProcfs
  ? Number(/^KernelPageSize:\s+(\d+) kB/m.exec(readHead("self", "smaps") ?? "")?.[1] ?? 4) / 1024
  : 0;

/**
 * All processes, from /proc where there is one, else from `ps`. While a script runs it is asked several times a
 * second, beside the script: so of /proc it reads what it needs, into one buffer.
 */
export async function listProcesses(): Promise<Process[]> {
  if (!hasProcfs) return listWithPs();
  const found: Process[] = [];
  for (const pid of processIds()) {
    const text = readHead(pid, "stat");
    const fields = text === null ? null : statFields(text);
    if (fields === null) continue;
    const [, parent, group] = fields;
    const residentMb = Number(fields[21]) * PAGE_MB;
    found.push({ pid, parent: Number(parent), group: Number(group), residentMb });
  }
  return found;
}

async function listWithPs(): Promise<Process[]> {
  const { stdout } = await execa("ps", ["-A", "-o", "pid=,ppid=,pgid=,rss="], { reject: false });
  return (stdout ?? "").split("\n").flatMap((line) => {
    const [pid, parent, group, kilobytes] = line.trim().split(/\s+/).map(Number);
    if (pid === undefined || parent === undefined || group === undefined) return [];
    return [{ pid, parent, group, residentMb: (kilobytes ?? 0) / 1024 }];
  });
}

/** The processes of a group and everything that descends from them. */
export function familyOf(processes: readonly Process[], leader: number): Process[] {
  const family = new Set(processes.filter((each) => each.group === leader).map((each) => each.pid));
  family.add(leader);
  // Children may be listed before their parents: repeat until none is added.
  for (let grown = true; grown; ) {
    const before = family.size;
    for (const each of processes) if (family.has(each.parent)) family.add(each.pid);
    grown = family.size > before;
  }
  return processes.filter((each) => family.has(each.pid));
}

/** Memory of processes with shared pages counted once; null where the system does not tell. */
export function proportionalMb(processes: readonly Process[]): number | null {
  if (!hasProcfs) return null;
  let kilobytes = 0;
  for (const { pid } of processes) {
    const text = readProc(pid, "smaps_rollup");
    kilobytes += Number(/^Pss:\s+(\d+)/m.exec(text ?? "")?.[1] ?? 0);
  }
  return kilobytes / 1024;
}

/** Disk that files take which processes hold open after their last name was removed; each file counts once. */
export function namelessMb(processes: readonly Process[], procfs = "/proc"): number {
  if (!hasProcfs) return 0;
  const blocks = new Map<string, number>();
  for (const { pid } of processes) {
    const folder = `${procfs}/${pid}/fd`;
    for (const name of openFiles(folder)) {
      const stats = statsOf(`${folder}/${name}`);
      if (stats?.isFile() && stats.nlink === 0)
        blocks.set(`${stats.dev}:${stats.ino}`, stats.blocks);
    }
  }
  return [...blocks.values()].reduce((sum, each) => sum + each, 0) / 2048;
}

/** Ends every process whose environment carries the mark, also those that left their group; how many there were. */
export function endMarked(mark: string): number {
  if (!hasProcfs) return 0;
  let ended = 0;
  for (const pid of processIds()) {
    if (pid === process.pid || !readProc(pid, "environ")?.split("\0").includes(mark)) continue;
    ended++;
    endProcess(pid);
  }
  return ended;
}

/** Ends a process group at once; one that is gone already is fine. */
export function endGroup(leader: number | undefined): void {
  if (leader !== undefined) endProcess(-leader);
}

/** Ends a process at once, or the group of a negative id; one that has just ended by itself is fine. */
export function endProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (errorCode(error) !== "ESRCH") throw error;
  }
}

function processIds(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function openFiles(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    // It ended meanwhile, or belongs to another user.
    if (error instanceof Error && "code" in error) return [];
    throw error;
  }
}

function statsOf(path: string): Stats | null {
  try {
    return statSync(path);
  } catch (error) {
    // Closed meanwhile, or its process is ending and can no longer be read.
    if (error instanceof Error && "code" in error) return null;
    throw error;
  }
}

function readProc(pid: number, name: string): string | null {
  return unlessGone(() => readFileSync(`/proc/${pid}/${name}`, "latin1"));
}

/** Its first 4 KB at most, by one read. */
function readHead(pid: number | "self", name: string): string | null {
  return unlessGone(() => {
    const file = openSync(`/proc/${pid}/${name}`, "r");
    try {
      return head.toString("latin1", 0, readSync(file, head));
    } finally {
      closeSync(file);
    }
  });
}

function unlessGone(read: () => string): string | null {
  try {
    return read();
  } catch (error) {
    // It ended meanwhile, or belongs to another user.
    if (error instanceof Error && "code" in error) return null;
    throw error;
  }
}
