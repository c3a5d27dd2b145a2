import type { DeviceRequest } from "dockerode";
import { cdiDevices, cdiName, findGpus } from "../gpu/devices.ts";
import { ask, type Engine } from "./engine.ts";

/** What has to be known of an engine before it can be asked for devices. */
export type Asked = {
  product: Engine["product"];
  /** Whether it has NVIDIA's own runtime. */
  hasRuntime: boolean;
  ids: readonly string[];
  /** How the container device interface names those devices, null for one that no spec lists. */
  names: readonly (string | null)[];
};

/** Asks the engine for leased devices in the way that it understands. */
export async function gpuRequests(
  engine: Engine,
  ids: readonly string[],
): Promise<DeviceRequest[]> {
  if (ids.length === 0) return [];
  const [hasRuntime, gpus, devices] = await Promise.all([
    hasNvidiaRuntime(engine),
    findGpus(),
    cdiDevices(),
  ]);
  const names = ids.map((id) => {
    const gpu = gpus.find((each) => each.id === id);
    return gpu === undefined ? null : cdiName(gpu, devices);
  });
  return [gpuRequest({ product: engine.product, hasRuntime, ids, names })];
}

/** Whether the engine seems able to pass GPUs on; whether it does, only a script in it can show. */
export async function knowsGpus(engine: Engine): Promise<boolean> {
  return (await hasNvidiaRuntime(engine)) || (await cdiDevices()).length > 0;
}

async function hasNvidiaRuntime(engine: Engine): Promise<boolean> {
  const info: { Runtimes?: Record<string, unknown> | null } = await ask(
    engine,
    "what it has",
    (docker) => docker.info(),
  );
  return Object.hasOwn(info.Runtimes ?? {}, "nvidia");
}

/**
 * Podman knows devices by their names in the container device interface only. Docker does too where it lacks
 * NVIDIA's runtime; without any of both it is asked in the old way, and its refusal says what to install.
 */
export function gpuRequest({ product, hasRuntime, ids, names }: Asked): DeviceRequest {
  const named = names.filter((name) => name !== null);
  const isNamed = named.length === ids.length;
  if (product === "docker" && (hasRuntime || !isNamed)) {
    return { Driver: "", DeviceIDs: [...ids], Capabilities: [["gpu"]] };
  }
  // Specs that lie on another machine, a virtual one for instance, name devices by their ids more often than not.
  return { Driver: "cdi", DeviceIDs: isNamed ? named : ids.map((id) => `nvidia.com/gpu=${id}`) };
}
