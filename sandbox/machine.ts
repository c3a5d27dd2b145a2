import { availableParallelism, totalmem } from "node:os";
import { CGROUP_FILES, limitsAround } from "./cgroups.ts";
import type { Limits } from "./contract.ts";

/** What this machine, or the container or job we run in, may use. */
export type Machine = { cores: number; memoryMb: number };

/** Executions side by side and the limits each gets by default. */
export type Shares = { slots: number; limits: Limits };

const MEBIBYTE = 1024 * 1024;
/** Below this an execution that loads pandas, scikit-learn and real data does not get far. */
const MIN_MEMORY_MB = 2048;

/** Reads cores and memory; limits of a container, a job or a service around us count. */
export async function readMachine(files = CGROUP_FILES): Promise<Machine> {
  const limits = await limitsAround(files);
  const cores = Math.max(1, Math.floor(Math.min(availableParallelism(), limits.cores ?? Infinity)));
  const memoryMb = Math.floor(Math.min(totalmem(), limits.memoryBytes ?? Infinity) / MEBIBYTE);
  return { cores, memoryMb };
}

/** Divides the machine: few threads per execution use cores best, and each needs memory of its own. */
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
