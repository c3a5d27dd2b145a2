import { cp, rm } from "node:fs/promises";
import { Interrupted, SandboxUnavailable } from "../../runs/errors.ts";
import type { Execution, Job, Sandbox } from "../contract.ts";
import { askSmi, type GpuView } from "./devices.ts";
import type { GpuPool } from "./leases.ts";
import type { GpuMeter } from "./meter.ts";
import { probeGpus } from "./probe.ts";

export type GpuLeasing = {
  pool: GpuPool;
  meter: GpuMeter;
  view: GpuView;
  /** Devices of one execution. */
  perExecution: number;
  /** Folder for things that can be made again. */
  cacheDir: string;
  report: (line: string) => void;
};

/** An execution that counts, or the evidence that a device it had is lost. */
type Leased = { execution: Execution; lost: null } | { lost: string; ids: readonly string[] };

/** What a driver, a library or the kernel prints when a device is gone, not when a script is wrong. */
const SIGNS =
  /CUDA error: unknown error|CUDA_ERROR_UNKNOWN|cudaErrorUnknown|fallen off the bus|GPU is lost|NVRM: Xid|\bXid \(|Failed to initialize NVML|uncorrectable (?:ECC|NVLink) error|CUDA-capable device\(s\) is\/are busy or unavailable|CUDA-capable devices are busy or unavailable|no CUDA-capable device is detected|CUDA driver initialization failed/iu;

/** A sandbox whose executions each lease the GPUs they ask for, and are repeated when one is lost. */
export function withGpuLeases(sandbox: Sandbox, leasing: GpuLeasing): Sandbox {
  const { pool, perExecution } = leasing;
  const parallel = Math.max(1, Math.floor(sharesOf(pool) / perExecution));
  const part = pool.promisedMb === null ? "" : `, ${pool.promisedMb} MB of each,`;
  return {
    name: sandbox.name,
    describe: `${sandbox.describe}; ${perExecution} of ${pool.devices.length} GPU(s)${part} leased to each execution`,
    protectsFiles: sandbox.protectsFiles,
    packages: sandbox.packages,
    slots: Math.min(sandbox.slots, parallel),
    run: (job, signal) =>
      job.limits.gpus === 0
        ? sandbox.run({ ...job, gpus: [] }, signal)
        : runOnGpus(sandbox, leasing, job, signal),
    close: () => sandbox.close(),
  };
}

/** How many executions with one device each may run side by side. */
function sharesOf({ devices, promisedMb }: GpuPool): number {
  if (promisedMb === null) return devices.length;
  return devices.reduce((sum, gpu) => sum + Math.floor((gpu.memoryMb ?? 0) / promisedMb), 0);
}

async function runOnGpus(
  sandbox: Sandbox,
  leasing: GpuLeasing,
  job: Job,
  signal: AbortSignal,
): Promise<Execution> {
  const kept = `${job.workspace}.kept`;
  await rm(kept, { recursive: true, force: true });
  await cp(job.workspace, kept, { recursive: true });
  try {
    const first = await runLeased(sandbox, leasing, job, signal, lossOf);
    if (first.lost === null) return first.execution;
    leasing.pool.suspect(first.ids);
    leasing.report(`${job.at}: a GPU seems to be lost (${first.lost}); once more on a fresh lease`);
    // The first attempt may have left anything, under another user's name.
    await rm(job.workspace, { recursive: true, force: true });
    await cp(kept, job.workspace, { recursive: true });
    const second = await runLeased(sandbox, leasing, job, signal, provenLossOf);
    if (second.lost === null) return second.execution;
    throw new SandboxUnavailable(
      `${job.at}: GPU lost twice (${second.lost}); look at nvidia-smi and the kernel's log (Xid), then run the same command again`,
    );
  } finally {
    await rm(kept, { recursive: true, force: true });
  }
}

type Examine = (leased: Examined) => Promise<string | null>;
type Examined = {
  sandbox: Sandbox;
  leasing: GpuLeasing;
  ids: readonly string[];
  execution: Execution;
  signal: AbortSignal;
};

async function runLeased(
  sandbox: Sandbox,
  leasing: GpuLeasing,
  job: Job,
  signal: AbortSignal,
  examine: Examine,
): Promise<Leased> {
  const lease = await leasing.pool.lease(job.limits.gpus, signal);
  const { ids } = lease;
  const stop = leasing.meter.watch(ids);
  try {
    const ran = await sandbox.run({ ...job, gpus: ids }, signal);
    const execution = { ...ran, gpu: stop() };
    const lost = await examine({ sandbox, leasing, ids, execution, signal });
    return lost === null ? { execution, lost } : { lost, ids };
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    // An engine cannot start anything with a device that is gone.
    const lost = await missingFrom(leasing.view, ids);
    if (lost === null) throw error;
    return { lost, ids };
  } finally {
    stop();
    await lease.release();
  }
}

/** Any evidence of a loss: one more execution is cheap. */
async function lossOf({ leasing, ids, execution }: Examined): Promise<string | null> {
  if (execution.outcome === "finished") return null;
  const sign = SIGNS.exec(execution.log)?.[0];
  return sign === undefined ? missingFrom(leasing.view, ids) : `its log says "${sign}"`;
}

/**
 * What a script prints is no proof: a second time it counts only when the driver, or a probe that runs on the
 * same devices, agrees. Else any script could stop the run.
 */
async function provenLossOf(examined: Examined): Promise<string | null> {
  const suspected = await lossOf(examined);
  if (suspected === null) return null;
  const { sandbox, leasing, ids, signal } = examined;
  const missing = await missingFrom(leasing.view, ids);
  if (missing !== null) return missing;
  const folder = leasing.cacheDir;
  return probeGpus(sandbox, { gpus: ids, count: ids.length, folder }, signal);
}

/** Which devices the driver no longer lists, in words; null when it lists all. */
async function missingFrom(view: GpuView, ids: readonly string[]): Promise<string | null> {
  const answer = await askSmi(view, ["-L"]);
  if (!answer.ok) return answer.why;
  const gone = ids.filter((id) => !answer.lines.some((line) => line.includes(`UUID: ${id})`)));
  return gone.length === 0 ? null : `nvidia-smi no longer lists ${gone.join(", ")}`;
}
