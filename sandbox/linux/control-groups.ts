import { randomUUID } from "node:crypto";
import { mkdir, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CGROUP_FILES, controllersIn, membersOf, ownGroup, readGroupFile } from "../cgroups.ts";
import type { Limits } from "../contract.ts";
import { delegatedFolders, type Hierarchy, hierarchyOfMachine } from "./cgroup-delegation.ts";
import { endProcess } from "./processes.ts";

/** The control group of one execution: the kernel enforces its limits, and counts what it killed. */
export type ControlGroup = {
  /** Its folders, one for each hierarchy. */
  folders: string[];
  /** Files that a process writes its own id to, to join. */
  joins: string[];
  /** How many of its processes the kernel killed for memory. */
  oomKills(): Promise<number>;
};

/** A way to make control groups on this machine. */
export type ControlGroups = {
  describe: string;
  /** Whether they limit cores as well as memory and processes. */
  limitsCores: boolean;
  make(limits: Limits): Promise<ControlGroup>;
};

type Hierarchies = { memory: string; pids: string; cpu: string };

const ROOT = CGROUP_FILES.root;
const MEBIBYTE = 1024 * 1024;
const PERIOD_US = 100_000;

/** Control groups that we may make and write (version 2 delegated or as root, version 1 as root); null without. */
export async function findControlGroups(): Promise<ControlGroups | null> {
  for await (const candidate of findVersion2(hierarchyOfMachine(ROOT))) {
    if (await canMake(candidate)) return candidate;
  }
  const candidate = await findVersion1();
  return candidate !== null && (await canMake(candidate)) ? candidate : null;
}

/** Makes a group and removes it again: a folder that seems writable may not be. */
async function canMake(groups: ControlGroups): Promise<boolean> {
  const limits = { memoryMb: 64, cpus: 1, pids: 8 };
  try {
    const group = await groups.make({ ...limits, seconds: 1, outputMb: 1, diskMb: 1, gpus: 0 });
    await removeControlGroup(group.folders);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}

/** Ways to make groups of version 2, best first. */
async function* findVersion2(hierarchy: Hierarchy): AsyncGenerator<ControlGroups> {
  for await (const folder of delegatedFolders(hierarchy)) {
    // Older service managers do not delegate cores to users.
    const limitsCores = (await controllersIn(folder, "cgroup.subtree_control")).includes("cpu");
    const make = (limits: Limits) => makeVersion2(folder, limits, limitsCores);
    yield { describe: "control groups v2", limitsCores, make };
  }
}

async function makeVersion2(
  parent: string,
  limits: Limits,
  limitsCores: boolean,
): Promise<ControlGroup> {
  const folder = join(parent, newName());
  await mkdir(folder);
  await set(folder, "memory.max", limits.memoryMb * MEBIBYTE);
  await trySet(folder, "memory.swap.max", 0);
  await set(folder, "pids.max", limits.pids);
  if (limitsCores)
    await set(folder, "cpu.max", `${Math.floor(limits.cpus * PERIOD_US)} ${PERIOD_US}`);
  return {
    folders: [folder],
    joins: [join(folder, "cgroup.procs")],
    oomKills: async () => kills(await readGroupFile(folder, "memory.events")),
  };
}

async function findVersion1(): Promise<ControlGroups | null> {
  const [memory, pids, cpu] = await Promise.all([
    hierarchy("memory", "memory.limit_in_bytes"),
    hierarchy("pids", "cgroup.procs"),
    hierarchy("cpu", "cpu.cfs_quota_us"),
  ]);
  if (memory === null || pids === null || cpu === null) return null;
  const make = (limits: Limits) => makeVersion1({ memory, pids, cpu }, limits);
  return { describe: "control groups v1", limitsCores: true, make };
}

/** Our own group where it is visible, so that limits set over us hold for scripts too; else the root. */
async function hierarchy(controller: string, marker: string): Promise<string | null> {
  const own = await ownGroup(controller);
  if (own === null) return null;
  for (const folder of [join(ROOT, controller, own), join(ROOT, controller)]) {
    if ((await readGroupFile(folder, marker)) !== null) return folder;
  }
  return null;
}

async function makeVersion1(
  { memory, pids, cpu }: Hierarchies,
  limits: Limits,
): Promise<ControlGroup> {
  const name = newName();
  const [inMemory, inPids, inCpu] = [join(memory, name), join(pids, name), join(cpu, name)];
  for (const folder of [inMemory, inPids, inCpu]) await mkdir(folder);
  await set(inMemory, "memory.limit_in_bytes", limits.memoryMb * MEBIBYTE);
  await trySet(inMemory, "memory.memsw.limit_in_bytes", limits.memoryMb * MEBIBYTE);
  await set(inPids, "pids.max", limits.pids);
  await set(inCpu, "cpu.cfs_period_us", PERIOD_US);
  await set(inCpu, "cpu.cfs_quota_us", Math.floor(limits.cpus * PERIOD_US));
  const folders = [inMemory, inPids, inCpu];
  return {
    folders,
    joins: folders.map((folder) => join(folder, "cgroup.procs")),
    oomKills: async () => kills(await readGroupFile(inMemory, "memory.oom_control")),
  };
}

/** Ends whoever is left in a control group and removes it; one that is gone already is fine. */
export async function removeControlGroup(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    for (let round = 0; round < 200; round++) {
      await endMembers(folder);
      if (await removeFolder(folder)) break;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

async function endMembers(folder: string): Promise<void> {
  for (const pid of await membersOf(folder)) {
    // Zero stands for a process that this PID namespace cannot see.
    if (pid === 0 || pid === process.pid) continue;
    endProcess(pid);
  }
}

async function removeFolder(folder: string): Promise<boolean> {
  try {
    await rmdir(folder);
    return true;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    if (code === "ENOENT") return true;
    // The last process is still exiting.
    if (code === "EBUSY") return false;
    throw error;
  }
}

function newName(): string {
  return `mle-star-${process.pid}-${randomUUID().slice(0, 8)}`;
}

async function set(folder: string, file: string, value: number | string): Promise<void> {
  await writeFile(join(folder, file), `${value}`);
}

/** Swap has no file where the kernel does not count it, and then there is nothing to limit. */
async function trySet(folder: string, file: string, value: number): Promise<void> {
  if ((await readGroupFile(folder, file)) !== null) await set(folder, file, value);
}

function kills(text: string | null): number {
  return Number(/^oom_kill (\d+)$/m.exec(text ?? "")?.[1] ?? 0);
}
