import { join } from "node:path";
import { ConfigInvalid } from "../../runs/errors.ts";
import type { Sandbox } from "../contract.ts";
import { askSmi, type Gpu, type GpuView } from "./devices.ts";
import { type GpuPool, gpuPool } from "./leases.ts";
import { withGpuLeases } from "./leasing-sandbox.ts";
import { gpuMeter } from "./meter.ts";
import { probeGpus } from "./probe.ts";

export type GpuOptions = {
  /** Devices of one execution; null: one, where there are any and the engine can pass them on. */
  wanted: number | null;
  /** Megabytes of each device that an execution is promised, beside others; null: all of it. */
  promisedMb: number | null;
  /** What can be seen of the machine's GPUs. */
  devices: readonly Gpu[];
  view: GpuView;
  cacheDir: string;
  report: (line: string) => void;
  /** Ends the wait for a device for the probe. */
  signal: AbortSignal;
};

/** A sandbox, and how many GPUs each of its executions has. */
export type GpuAssignment = { sandbox: Sandbox; perExecution: number };

const WITHOUT = "--set gpusPerExecution=0";

/**
 * Checks from inside the engine for the GPUs it is asked for, and has the sandbox lease them.
 *
 * @throws ConfigInvalid when GPUs were asked for and cannot be had: nothing silently runs on the CPU instead
 */
export async function assignGpus(sandbox: Sandbox, options: GpuOptions): Promise<GpuAssignment> {
  const { wanted, promisedMb, view, cacheDir, report } = options;
  if (wanted === 0) return { sandbox, perExecution: 0 };
  if (wanted === null && options.devices.length === 0) return { sandbox, perExecution: 0 };
  const count = wanted ?? 1;
  if (count > options.devices.length) throw await tooFew(count, options.devices, view);
  const devices = largeEnough(count, promisedMb, options.devices);
  const pool = gpuPool({ devices, promisedMb, folder: join(cacheDir, "gpus"), report });
  const refused = await whyRefused(sandbox, pool, count, options);
  if (refused === null) {
    const meter = gpuMeter(view);
    const leasing = { pool, meter, view, perExecution: count, cacheDir, report };
    return { sandbox: withGpuLeases(sandbox, leasing), perExecution: count };
  }
  if (wanted !== null) throw new ConfigInvalid(refused);
  report(`without GPUs: ${refused}`);
  return { sandbox, perExecution: 0 };
}

/** Null when GPUs arrive inside; else the engine's own reason. An engine that silently passes none on is thrown. */
async function whyRefused(
  sandbox: Sandbox,
  pool: GpuPool,
  count: number,
  { cacheDir, signal }: GpuOptions,
): Promise<string | null> {
  const lease = await pool.lease(count, signal);
  let lacking: string | null;
  try {
    lacking = await probeGpus(sandbox, { gpus: lease.ids, count, folder: cacheDir }, signal);
  } catch (error) {
    if (error instanceof ConfigInvalid) return error.message;
    throw error;
  } finally {
    await lease.release();
  }
  if (lacking === null) return null;
  throw new ConfigInvalid(
    `${sandbox.name} was asked for ${count} GPU(s) of ${lease.ids.join(", ")} and gave none that work; found inside: ${lacking}. ${fixOf(sandbox)}, or run without GPUs: ${WITHOUT}`,
  );
}

/** The devices that have the memory an execution is promised. */
function largeEnough(
  count: number,
  promisedMb: number | null,
  devices: readonly Gpu[],
): readonly Gpu[] {
  if (promisedMb === null) return devices;
  const large = devices.filter(({ memoryMb }) => (memoryMb ?? 0) >= promisedMb);
  if (large.length >= count) return large;
  const seen = devices.map(({ index, memoryMb }) => `${index} has ${memoryMb ?? "an unknown"} MB`);
  throw new ConfigInvalid(
    `gpuMemoryMb=${promisedMb}, but ${large.length} of the ${count} GPU(s) of an execution have so much (${seen.join(", ")}): ask for less`,
  );
}

function fixOf({ name }: Sandbox): string {
  switch (name) {
    case "docker":
      return "Install the NVIDIA container toolkit and restart Docker";
    case "podman":
      return "Install the NVIDIA container toolkit and write its CDI spec (nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml)";
    case "bwrap":
    case "process":
      return "Fix the NVIDIA driver of this machine (nvidia-smi says what is wrong), or use Docker";
  }
}

async function tooFew(
  count: number,
  devices: readonly Gpu[],
  view: GpuView,
): Promise<ConfigInvalid> {
  const asked = `gpusPerExecution=${count}, but`;
  const mask =
    view.visible === null ? "" : ` with CUDA_VISIBLE_DEVICES=${JSON.stringify(view.visible)}`;
  if (devices.length > 0) {
    const names = devices.map(({ index, name }) => `${index} ${name}`).join(", ");
    return new ConfigInvalid(
      `${asked} only ${devices.length} GPU(s) can be seen${mask} (${names}): ask for at most ${devices.length}`,
    );
  }
  const answer = await askSmi(view, ["-L"]);
  const why = answer.ok ? `nvidia-smi shows none${mask}` : answer.why;
  return new ConfigInvalid(`${asked} no GPU can be seen (${why}): fix that, or use ${WITHOUT}`);
}
