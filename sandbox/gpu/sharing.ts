import type { Gpu } from "./devices.ts";

/**
 * What keeps libraries that would take all of a device at once (TensorFlow, JAX) to what they need, and to the promised
 * part of the largest device, where scripts share one.
 */
export function sharingEnvironment(
  devices: readonly Gpu[],
  promisedMb: number | null,
): Record<string, string> {
  const largest = Math.max(0, ...devices.map(({ memoryMb }) => memoryMb ?? 0));
  if (promisedMb === null || largest === 0) return {};
  return {
    TF_FORCE_GPU_ALLOW_GROWTH: "true",
    XLA_PYTHON_CLIENT_MEM_FRACTION: Math.min(1, promisedMb / largest).toFixed(3),
  };
}
