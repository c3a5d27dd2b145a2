import type * as z from "zod";
import type { Engine, Slots } from "../../../../runs/batch/engine.ts";
import { kubernetesEngine } from "../../../../runs/batch/engines/kubernetes/kubernetes.ts";
import { KubernetesSettings } from "../../../../runs/batch/engines/kubernetes/manifest.ts";
import { localEngine } from "../../../../runs/batch/engines/local.ts";
import { RaySettings, rayEngine } from "../../../../runs/batch/engines/ray.ts";
import { SlurmSettings, slurmEngine } from "../../../../runs/batch/engines/slurm.ts";
import { ConfigInvalid } from "../../../../runs/errors.ts";
import { didYouMean } from "../../../../tasks/message-text.ts";
import { readEngineFile } from "./engine-file.ts";

export const ENGINES = ["local", "slurm", "ray", "kubernetes"] as const;

export type WantedEngine = {
  name: string;
  /** The file of `--engine-file`. */
  file: string | undefined;
  /** `--parallel` as it was given. */
  parallel: string | undefined;
  folder: string;
  environment: NodeJS.ProcessEnv;
  /** This machine, for `local`. */
  machine: { slots: Slots; gpus: readonly string[] };
};

/** An engine with what a job takes of it. */
export type OpenEngine = {
  engine: Engine;
  needs: Slots;
  gpus: readonly string[] | null;
  /** How `mle-star` is called there; null: as here. */
  command: readonly string[] | null;
  /** What a worker was told, for the check whether it has what jobs need; null where jobs run here. */
  facts: unknown;
};

/** The engine of that name. Throws `UserError` for one that does not answer, or a file that cannot be used. */
export async function openEngine(wanted: WantedEngine): Promise<OpenEngine> {
  const { name, machine, environment } = wanted;
  const parallel = wholeOrNull(wanted.parallel);
  if (name === "local") {
    if (wanted.file !== undefined)
      throw new ConfigInvalid("--engine-file: engine local has none; name another --engine");
    return {
      engine: localEngine(machine.slots, environment),
      needs: localNeeds(machine.slots, parallel),
      gpus: machine.gpus,
      command: null,
      facts: null,
    };
  }
  if (name === "slurm")
    return open(wanted, parallel, SlurmSettings, (around) => slurmEngine(around));
  if (name === "ray") return open(wanted, parallel, RaySettings, (around) => rayEngine(around));
  if (name === "kubernetes")
    return open(wanted, parallel, KubernetesSettings, (around) => kubernetesEngine(around));
  throw new ConfigInvalid(`no engine "${name}"; ${didYouMean(name, ENGINES)}`);
}

/** What each engine but `local` is opened with. */
type Around<T> = {
  folder: string;
  settings: T;
  variables: string | null;
  capacity: Slots;
  environment: NodeJS.ProcessEnv;
};

async function open<T extends z.ZodRawShape>(
  { file, folder, environment, name }: WantedEngine,
  parallel: number | null,
  schema: z.ZodObject<T>,
  make: (around: Around<z.infer<z.ZodObject<T>>>) => Promise<Engine>,
): Promise<OpenEngine> {
  const { needs, command, variables, own } = await readEngineFile(file, schema);
  const capacity = {
    cpus: (parallel ?? Number.POSITIVE_INFINITY) * needs.cpus,
    memoryMb: Number.POSITIVE_INFINITY,
    gpus: Number.POSITIVE_INFINITY,
  };
  const engine = await make({ folder, settings: own, variables, capacity, environment });
  const facts = { name, place: engine.place, needs, command, variables, own };
  return { engine, needs, gpus: null, command, facts };
}

function wholeOrNull(parallel: string | undefined): number | null {
  if (parallel === undefined) return null;
  const count = Number(parallel);
  if (Number.isInteger(count) && count >= 1) return count;
  throw new ConfigInvalid(`--parallel ${parallel}: expected a whole number of 1 or more`);
}

const CORES_PER_JOB = 4;

function localNeeds(slots: Slots, parallel: number | null): Slots {
  const usual = slots.gpus > 0 ? slots.gpus : Math.max(1, Math.floor(slots.cpus / CORES_PER_JOB));
  const count = parallel ?? usual;
  return {
    cpus: slots.cpus / count,
    memoryMb: slots.memoryMb / count,
    gpus: slots.gpus === 0 ? 0 : Math.max(1, Math.floor(slots.gpus / count)),
  };
}
