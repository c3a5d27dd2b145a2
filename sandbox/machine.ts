import { readFile } from "node:fs/promises";
import { availableParallelism, totalmem } from "node:os";
import { join } from "node:path";
import type { Limits } from "./contract.ts";

/** What this machine, or the container or job we run in, may use. */
export type Machine = { cores: number; memoryMb: number };

/** Executions side by side and the limits each gets unless told otherwise. */
export type Shares = { slots: number; limits: Limits };

const MEBIBYTE = 1024 * 1024;
/** Below this an execution that loads pandas, scikit-learn and real data does not get far. */
const MIN_MEMORY_MB = 2048;

/** Where control groups are mounted, and what tells which of version 2 is ours. */
const GROUPS = { root: "/sys/fs/cgroup", own: "/proc/self/cgroup" };

/** Reads cores and memory; limits of a container, a job or a service around us count. */
export async function readMachine(groups = GROUPS): Promise<Machine> {
  const around = await groupsAround(groups);
  const [quota, memory] = await Promise.all([
    cpuQuota(groups.root, around),
    memoryLimit(groups.root, around),
  ]);
  const cores = Math.max(1, Math.floor(Math.min(availableParallelism(), quota ?? Infinity)));
  const memoryMb = Math.floor(Math.min(totalmem(), memory ?? Infinity) / MEBIBYTE);
  return { cores, memoryMb };
}

/** Divides the machine: few threads per execution use cores best, and each needs memory to breathe. */
export function shareMachine(machine: Machine, memoryMb: number | null): Shares {
  const usableMb = Math.floor(machine.memoryMb * 0.85);
  const perExecution = machine.cores <= 2 ? 1 : machine.cores <= 16 ? 2 : 4;
  const byCores = Math.floor(machine.cores / perExecution);
  const byMemory = Math.floor(usableMb / (memoryMb ?? MIN_MEMORY_MB));
  const slots = Math.max(1, Math.min(byCores, byMemory));
  const limits: Limits = {
    seconds: 600,
    memoryMb: memoryMb ?? Math.max(512, Math.floor(usableMb / slots)),
    cpus: Math.max(1, Math.floor(machine.cores / slots)),
    pids: 512,
    outputMb: 16,
    diskMb: 10_240,
    gpus: 0,
  };
  return { slots, limits };
}

/** Folders of our own group of version 2 and of all above it: each of them may have a limit. */
async function groupsAround({ root, own }: typeof GROUPS): Promise<string[]> {
  const path = /^0::(.*)$/mu.exec((await readText(own)) ?? "")?.[1] ?? "/";
  const names = path.split("/").filter(Boolean);
  return [root, ...names.map((_, index) => join(root, ...names.slice(0, index + 1)))];
}

/** Cores by the control groups' quota (v2, then v1), null without one. */
async function cpuQuota(root: string, around: readonly string[]): Promise<number | null> {
  const texts = await Promise.all(around.map((folder) => readText(join(folder, "cpu.max"))));
  const quotas = texts.filter((each) => each !== null);
  if (quotas.length > 0) {
    return least(quotas.map((text) => share(...(text.split(" ") as [string, string]))));
  }
  const quota = await readText(join(root, "cpu/cpu.cfs_quota_us"));
  const period = await readText(join(root, "cpu/cpu.cfs_period_us"));
  return quota !== null && period !== null ? share(quota, period) : null;
}

function share(quota: string, period: string): number | null {
  const cores = Number(quota) / Number(period);
  return Number.isFinite(cores) && cores > 0 ? cores : null;
}

/** Bytes by the control groups' limits, null without one. */
async function memoryLimit(root: string, around: readonly string[]): Promise<number | null> {
  const files = [
    ...around.map((folder) => join(folder, "memory.max")),
    join(root, "memory/memory.limit_in_bytes"),
  ];
  const texts = await Promise.all(files.map(readText));
  return least(
    texts.map((text) => {
      const bytes = Number(text ?? Number.NaN);
      return Number.isFinite(bytes) && bytes > 0 ? bytes : null;
    }),
  );
}

function least(values: readonly (number | null)[]): number | null {
  const known = values.filter((each) => each !== null);
  return known.length === 0 ? null : Math.min(...known);
}

async function readText(path: string): Promise<string | null> {
  // Absent on other systems and under the other version of control groups.
  return readFile(path, "utf8").then(
    (text) => text.trim(),
    () => null,
  );
}
