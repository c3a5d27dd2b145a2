import { readFile } from "node:fs/promises";
import { availableParallelism, totalmem } from "node:os";
import type { Limits } from "./contract.ts";

/** What this machine, or the container or job we run in, may use. */
export type Machine = { cores: number; memoryMb: number };

/** Executions side by side and the limits each gets unless told otherwise. */
export type Shares = { slots: number; limits: Limits };

const MEBIBYTE = 1024 * 1024;
/** Below this an execution that loads pandas, scikit-learn and real data does not get far. */
const LEAST_MEMORY_MB = 2048;

/** Reads cores and memory; limits of a container around us count. */
export async function readMachine(): Promise<Machine> {
  const [quota, memory] = await Promise.all([cpuQuota(), memoryLimit()]);
  const cores = Math.max(1, Math.floor(Math.min(availableParallelism(), quota ?? Infinity)));
  const memoryMb = Math.floor(Math.min(totalmem(), memory ?? Infinity) / MEBIBYTE);
  return { cores, memoryMb };
}

/** Divides the machine: few threads per execution use cores best, and each needs memory to breathe. */
export function shareMachine(machine: Machine, memoryMb: number | null): Shares {
  const usableMb = Math.floor(machine.memoryMb * 0.85);
  const perExecution = machine.cores <= 2 ? 1 : machine.cores <= 16 ? 2 : 4;
  const byCores = Math.floor(machine.cores / perExecution);
  const byMemory = Math.floor(usableMb / (memoryMb ?? LEAST_MEMORY_MB));
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

/** Cores by the control group's quota (v2, then v1), null without one. */
async function cpuQuota(): Promise<number | null> {
  const v2 = await readText("/sys/fs/cgroup/cpu.max");
  if (v2 !== null) return share(...(v2.split(" ") as [string, string]));
  const quota = await readText("/sys/fs/cgroup/cpu/cpu.cfs_quota_us");
  const period = await readText("/sys/fs/cgroup/cpu/cpu.cfs_period_us");
  return quota !== null && period !== null ? share(quota, period) : null;
}

function share(quota: string, period: string): number | null {
  const cores = Number(quota) / Number(period);
  return Number.isFinite(cores) && cores > 0 ? cores : null;
}

/** Bytes by the control group's limit, null without one. */
async function memoryLimit(): Promise<number | null> {
  const text =
    (await readText("/sys/fs/cgroup/memory.max")) ??
    (await readText("/sys/fs/cgroup/memory/memory.limit_in_bytes"));
  const bytes = Number(text ?? Number.NaN);
  return Number.isFinite(bytes) && bytes > 0 ? bytes : null;
}

async function readText(path: string): Promise<string | null> {
  // Absent on other systems and under the other version of control groups.
  return readFile(path, "utf8").then(
    (text) => text.trim(),
    () => null,
  );
}
