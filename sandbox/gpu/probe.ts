import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import type { Job, Sandbox } from "../contract.ts";
import { openUntrusted, prepareWorkspace } from "../workspace.ts";

const script = fileURLToPath(new URL("../python/probe_gpus.py", import.meta.url));

const foundSchema = z.object({
  usable: z.number().nullable(),
  why: z.string().nullable(),
  listed: z.number().nullable(),
  nodes: z.array(z.string()),
});
type Found = z.infer<typeof foundSchema>;

const LIMITS = { seconds: 90, cpus: 1, pids: 128, outputMb: 4, diskMb: 64 };
/** The driver's own library takes a good part of a gigabyte of address space as soon as it is opened. */
const MEMORY_MB = 2048;

/** Runs a script that looks for its GPUs inside the sandbox: null when it has so many, else what it has. */
export async function probeGpus(
  sandbox: Sandbox,
  { gpus, count, folder }: { gpus: readonly string[]; count: number; folder: string },
  signal: AbortSignal,
): Promise<string | null> {
  await mkdir(folder, { recursive: true });
  const place = await mkdtemp(join(folder, "gpu-probe-"));
  try {
    const workspace = join(place, "work");
    const input = join(place, "input");
    await mkdir(input);
    await prepareWorkspace(workspace, await readFile(script, "utf8"));
    const limits = { ...LIMITS, memoryMb: MEMORY_MB, gpus: count };
    const job: Job = {
      at: "gpu-probe",
      workspace,
      input,
      script: "solution.py",
      limits,
      gpus,
      seed: 0,
      rules: "audit",
    };
    const { outcome, log } = await sandbox.run(job, signal);
    if (outcome !== "finished") return `the probe ended with ${outcome}: ${lastLine(log)}`;
    return lacking(await readFound(join(workspace, "gpus.json")), count);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

/** A driver that can be opened decides; where scripts bring none, what the tools list has to suffice. */
function lacking({ usable, why, listed, nodes }: Found, count: number): string | null {
  if ((usable ?? listed ?? 0) >= count) return null;
  const devices = nodes.length === 0 ? "no /dev/nvidia*" : nodes.join(" ");
  const tool = listed === null ? "no nvidia-smi" : `nvidia-smi lists ${listed}`;
  const driver = usable === null ? "no CUDA driver" : `${usable} usable by CUDA`;
  return `${driver}${why === null ? "" : ` (${why})`}, ${tool}, ${devices}`;
}

async function readFound(path: string): Promise<Found> {
  const file = await openUntrusted(path);
  if (typeof file === "string") return { usable: null, why: file, listed: null, nodes: [] };
  try {
    return foundSchema.parse(JSON.parse(await file.readFile("utf8")));
  } finally {
    await file.close();
  }
}

function lastLine(log: string): string {
  return log.trim().split("\n").at(-1) ?? "";
}
