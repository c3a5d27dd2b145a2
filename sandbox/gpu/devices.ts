import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { parse } from "yaml";
import * as z from "zod";

/** One device that can be leased: a whole GPU, or a MIG slice of one. */
export type Gpu = {
  /** `GPU-…` or `MIG-…`, what engines and CUDA_VISIBLE_DEVICES understand alike. */
  id: string;
  /** `0`, or `0:1` for slice 1 of GPU 0. */
  index: string;
  name: string;
  /** Of a slice, what its profile is named after; null where the driver does not say. */
  memoryMb: number | null;
};

/** Where GPUs are sought: the path on which `nvidia-smi` is sought (null: our own), and CUDA_VISIBLE_DEVICES (null: not set). */
export type GpuView = { path: string | null; visible: string | null };

/** What `nvidia-smi` printed, or why it printed nothing of use. */
export type SmiAnswer = { ok: true; lines: string[] } | { ok: false; why: string };

/** A driver that has lost a device can make its tools hang for ever. */
const TIMEOUT_MS = 15_000;
const CDI_FOLDERS = ["/etc/cdi", "/var/run/cdi"];
const CDI_KIND = "nvidia.com/gpu";

/** The GPUs that this process may use; none where there is no driver. */
export async function findGpus(view: GpuView = { path: null, visible: null }): Promise<Gpu[]> {
  const query = ["--query-gpu=uuid,index,name,memory.total", "--format=csv,noheader,nounits"];
  const whole = await askSmi(view, query);
  if (!whole.ok) return [];
  const gpus = whole.lines.flatMap(readGpu);
  if (gpus.length === 0) return [];
  const listed = await askSmi(view, ["-L"]);
  const slices = listed.ok ? readSlices(listed.lines) : [];
  return visibleOf(withSlices(gpus, slices), view.visible);
}

/** Asks `nvidia-smi`; a missing program, a failure and a hang each give a reason in words. */
export async function askSmi({ path }: GpuView, args: readonly string[]): Promise<SmiAnswer> {
  const answer = await execa("nvidia-smi", [...args], {
    reject: false,
    stdin: "ignore",
    timeout: TIMEOUT_MS,
    killSignal: "SIGKILL",
    ...(path === null ? {} : { env: { PATH: path } }),
  });
  if (answer.timedOut) return { ok: false, why: "nvidia-smi does not answer" };
  const output = `${answer.stdout ?? ""}\n${answer.stderr ?? ""}`.trim();
  if (answer.exitCode === 0) return { ok: true, lines: (answer.stdout ?? "").split("\n") };
  if (answer.exitCode === undefined) return { ok: false, why: "there is no nvidia-smi" };
  return { ok: false, why: `nvidia-smi failed: ${output.split("\n")[0] || answer.exitCode}` };
}

/** A broken device is listed as `[Unknown Error]`, or in a sentence: neither is an id. */
function readGpu(line: string): Gpu[] {
  const [id = "", index = "", name = "", memory = ""] = line.split(",").map((part) => part.trim());
  if (!id.startsWith("GPU-")) return [];
  const memoryMb = Number(memory);
  return [{ id, index, name, memoryMb: Number.isFinite(memoryMb) ? memoryMb : null }];
}

/** `  MIG 1g.10gb  Device  0: (UUID: MIG-…)` comes below the line of its GPU. */
function readSlices(lines: readonly string[]): Gpu[] {
  const slices: Gpu[] = [];
  let parent = "";
  for (const line of lines) {
    parent = /^GPU (\d+):/u.exec(line)?.[1] ?? parent;
    const [, name, number, id] =
      /^\s+MIG (\S+)\s+Device\s+(\d+): \(UUID: (MIG-[^)]+)\)/u.exec(line) ?? [];
    if (name === undefined || id === undefined) continue;
    slices.push({
      id,
      index: `${parent}:${number}`,
      name: `MIG ${name}`,
      memoryMb: profileMemory(name),
    });
  }
  return slices;
}

/** `3g.20gb`, or `1c.3g.20gb+me`: so many gigabytes, which the driver rounds. */
function profileMemory(profile: string): number | null {
  const gigabytes = /\.(\d+)gb/u.exec(profile)?.[1];
  return gigabytes === undefined ? null : Number(gigabytes) * 1000;
}

/** A GPU that is cut into slices cannot be used as a whole. */
function withSlices(gpus: readonly Gpu[], slices: readonly Gpu[]): Gpu[] {
  return gpus.flatMap((gpu) => {
    const own = slices.filter(({ index }) => index.startsWith(`${gpu.index}:`));
    return own.length === 0 ? [gpu] : own;
  });
}

/**
 * What CUDA_VISIBLE_DEVICES leaves: indices, ids or the beginnings of ids, in that order. As CUDA does, nothing
 * behind an entry that names no device (`-1`, a typo) is seen.
 */
function visibleOf(gpus: readonly Gpu[], visible: string | null): Gpu[] {
  if (visible === null) return [...gpus];
  const seen: Gpu[] = [];
  for (const entry of visible.split(",")) {
    const named = gpus.filter((gpu) => isNamed(gpu, entry.trim()));
    if (named.length === 0) break;
    seen.push(...named.filter((gpu) => !seen.includes(gpu)));
  }
  return seen;
}

/** An index of a GPU in slices means its slices. */
function isNamed({ id, index }: Gpu, entry: string): boolean {
  if (/^\d+$/u.test(entry)) return index === entry || index.startsWith(`${entry}:`);
  return /^(?:GPU|MIG)-./u.test(entry) && id.startsWith(entry);
}

const cdiSpec = z.object({
  kind: z.string(),
  devices: z.array(z.object({ name: z.string() })).default([]),
});

/** The NVIDIA devices that container engines can be asked for by CDI, `nvidia.com/gpu=0` and the like. */
export async function cdiDevices(folders: readonly string[] = CDI_FOLDERS): Promise<string[]> {
  const found = new Set<string>();
  for (const folder of folders) {
    // A machine without CDI has no such folder.
    const names = await readdir(folder).catch(() => []);
    for (const name of names.filter((each) => /\.(?:ya?ml|json)$/u.test(each))) {
      const text = await readFile(join(folder, name), "utf8").catch(() => "");
      const spec = cdiSpec.safeParse(readYaml(text));
      if (!spec.success || spec.data.kind !== CDI_KIND) continue;
      for (const device of spec.data.devices) found.add(`${CDI_KIND}=${device.name}`);
    }
  }
  return [...found];
}

/** A spec of another vendor, or half of one, is no error here: it names no NVIDIA device. */
function readYaml(text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof Error && error.name.startsWith("YAML")) return null;
    throw error;
  }
}

/** The name by which CDI knows a device; null when no spec lists it. */
export function cdiName({ id, index }: Gpu, devices: readonly string[]): string | null {
  const short = index.includes(":") ? `mig${index}` : `gpu${index}`;
  const names = [id, index, short].map((name) => `${CDI_KIND}=${name}`);
  return names.find((name) => devices.includes(name)) ?? null;
}
