import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Where the kernel shows control groups, and where it lists those of this process. */
export type CgroupFiles = { root: string; own: string };

/** Limits of a control group; null where it sets none. */
export type GroupLimits = { memoryBytes: number | null; cores: number | null };

export const CGROUP_FILES: CgroupFiles = { root: "/sys/fs/cgroup", own: "/proc/self/cgroup" };

/** Path of this process's group in version 2, or in a controller's hierarchy of version 1; null where it has none. */
export async function ownGroup(
  controller: string | null,
  own: string = CGROUP_FILES.own,
): Promise<string | null> {
  for (const line of ((await readText(own)) ?? "").split("\n")) {
    // `0::/path` in version 2, `4:cpu,cpuacct:/path` in version 1 (cgroups(7)).
    const [, id, names = "", path] = /^(\d+):([^:]*):(.*)$/u.exec(line) ?? [];
    const isWanted =
      controller === null ? id === "0" && names === "" : names.split(",").includes(controller);
    if (path !== undefined && isWanted) return path;
  }
  return null;
}

/** The path of a group and those of all groups above it, the group first, the root last. */
export function groupAndParents(path: string): string[] {
  if (path === "/" || !path.startsWith("/")) return ["/"];
  return [path, ...groupAndParents(dirname(path))];
}

/** A file of a group, trimmed; null where it is absent (another version, another kernel) or cannot be read. */
export async function readGroupFile(folder: string, file: string): Promise<string | null> {
  return readText(join(folder, file));
}

/** The names in a list of a group: its controllers, or those it passes to its children; empty without the file. */
export async function controllersIn(
  folder: string,
  file: "cgroup.controllers" | "cgroup.subtree_control",
): Promise<string[]> {
  return ((await readGroupFile(folder, file)) ?? "").split(" ").filter(Boolean);
}

/** Ids of the processes in a group; zero stands for one that this PID namespace cannot see. */
export async function membersOf(folder: string): Promise<number[]> {
  const text = (await readGroupFile(folder, "cgroup.procs")) ?? "";
  return text.split("\n").filter(Boolean).map(Number);
}

/** Limits that a group of version 2 sets itself. */
export async function limitsOf(folder: string): Promise<GroupLimits> {
  const [memory, cpu] = await Promise.all([
    readGroupFile(folder, "memory.max"),
    readGroupFile(folder, "cpu.max"),
  ]);
  const [quota, period] = (cpu ?? "").split(" ");
  return { memoryBytes: positive(memory), cores: quotient(quota, period) };
}

/** The tightest limits over this process: those of version 2 in every group above it, else those of version 1. */
export async function limitsAround({ root, own }: CgroupFiles): Promise<GroupLimits> {
  const paths = groupAndParents((await ownGroup(null, own)) ?? "/");
  const limits = await Promise.all(paths.map((path) => limitsOf(join(root, path))));
  const [memory, quota, period] = await Promise.all([
    readGroupFile(join(root, "memory"), "memory.limit_in_bytes"),
    readGroupFile(join(root, "cpu"), "cpu.cfs_quota_us"),
    readGroupFile(join(root, "cpu"), "cpu.cfs_period_us"),
  ]);
  return {
    memoryBytes: smallest([...limits.map(({ memoryBytes }) => memoryBytes), positive(memory)]),
    cores: smallest([...limits.map(({ cores }) => cores), quotient(quota, period)]),
  };
}

/** `max`, -1 and an absent file all mean that there is no limit. */
function positive(text: string | null): number | null {
  const value = Number(text ?? Number.NaN);
  return Number.isFinite(value) && value > 0 ? value : null;
}

function quotient(quota: string | null = null, period: string | null = null): number | null {
  const value = Number(quota ?? Number.NaN) / Number(period ?? Number.NaN);
  return Number.isFinite(value) && value > 0 ? value : null;
}

function smallest(values: readonly (number | null)[]): number | null {
  const known = values.filter((each) => each !== null);
  return known.length === 0 ? null : Math.min(...known);
}

async function readText(path: string): Promise<string | null> {
  return readFile(path, "utf8").then(
    (text) => text.trim(),
    () => null,
  );
}
