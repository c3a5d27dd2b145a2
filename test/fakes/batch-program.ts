import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Limits, readBatch } from "../../runs/batch/batch.ts";
import { limitOptions } from "../../runs/batch/caps.ts";
import type { Engine } from "../../runs/batch/engine.ts";
import { kubernetesEngine } from "../../runs/batch/engines/kubernetes/kubernetes.ts";
import { KubernetesSettings } from "../../runs/batch/engines/kubernetes/manifest.ts";
import { localEngine } from "../../runs/batch/engines/local.ts";
import { RaySettings, rayEngine } from "../../runs/batch/engines/ray.ts";
import { SlurmSettings, slurmEngine } from "../../runs/batch/engines/slurm.ts";
import type { Job } from "../../runs/batch/matrix.ts";
import { workOn } from "../../runs/batch/work.ts";

/**
 * Works on a batch of fake jobs, or of paying ones, until its end:
 * `batch-program.ts <batch folder> <side by side> fake|paying [engine] [its settings as JSON]`.
 */
const [folder = "", sideBySide = "1", kind = "fake", engineName = "local", settings = "{}"] =
  process.argv.slice(2);
const job = fileURLToPath(new URL("./fake-job.sh", import.meta.url));
const paying = fileURLToPath(new URL("./paying-job.ts", import.meta.url));

function commandOf({ folder: place, configuration }: Job, limits: Limits): string[] {
  const runs = join(place, "runs");
  if (kind === "fake") return ["sh", job, runs, ...configuration.options];
  return [process.execPath, "--import", "tsx", paying, runs, ...limitOptions(limits)];
}

async function openEngine(): Promise<Engine> {
  const capacity = { cpus: Number(sideBySide), memoryMb: 1e6, gpus: 0 };
  if (engineName === "local") return localEngine(capacity, process.env);
  const around = { folder, capacity, variables: null, environment: process.env };
  if (engineName === "ray")
    return rayEngine({
      ...around,
      settings: RaySettings.parse(JSON.parse(settings)),
      silenceMs: 5000,
    });
  if (engineName === "kubernetes")
    return kubernetesEngine({
      ...around,
      settings: KubernetesSettings.parse(JSON.parse(settings)),
    });
  return slurmEngine({ ...around, settings: SlurmSettings.parse(JSON.parse(settings)) });
}

const stop = { asked: 0 as 0 | 1 | 2 };
process.on("SIGINT", () => {
  stop.asked = stop.asked === 0 ? 1 : 2;
});
const standings = await workOn(
  { folder, batch: await readBatch(folder) },
  {
    engine: await openEngine(),
    commandOf,
    onChange: () => undefined,
    stop,
    gpus: [],
    pollMs: 50,
  },
);
for (const { job: each, state } of standings)
  process.stdout.write(`${each.id} ${state.kind} ${"why" in state ? state.why : ""}\n`);
