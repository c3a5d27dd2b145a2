import { availableParallelism, totalmem } from "node:os";
import { join } from "node:path";
import type { Command, Option } from "commander";
import type { OpenBatch } from "../../../runs/batch/batch.ts";
import type { Slots } from "../../../runs/batch/engine.ts";
import { type Job, RUN_ID, runsOf } from "../../../runs/batch/matrix.ts";
import { findGpus } from "../../../sandbox/gpu/devices.ts";
import type { Environment } from "../environment.ts";
import { runCommand } from "../run.ts";

/** Options of `run` that a batch sets itself. */
const OWN = [
  "--seed",
  "--benchmark",
  "--time-limit",
  "--max-usd",
  "--max-tokens",
  "--data-dir",
  "--runs-dir",
  "--run-id",
  "--dry-run",
  "--fresh",
  "--finalize",
  "--json",
  "--quiet",
];

/** Options of `run` that every job of a batch takes, but for those that the batch has itself. */
export function passedOptions(more: readonly string[] = []): Option[] {
  const own = new Set([...OWN, ...more]);
  return runCommand().options.filter(({ long }) => long !== undefined && !own.has(String(long)));
}

/** An option as it was given, to be given again. */
export function textOf(option: Option, command: Command): string[] {
  const name = option.attributeName();
  if (command.getOptionValueSource(name) !== "cli") return [];
  const value: unknown = command.getOptionValue(name);
  const long = option.long ?? "";
  if (value === true) return [long];
  return [value].flat().flatMap((each) => [long, String(each)]);
}

/** How this program is called. */
export function programHere({ root }: Environment): string[] {
  return [process.execPath, join(root, "agent", "cli", "bin.mjs")];
}

/** What this machine holds. */
export async function machineOf(
  environment: Environment,
): Promise<{ slots: Slots; gpus: string[] }> {
  const gpus = (await findGpus(environment.gpus)).map(({ id }) => id);
  const memoryMb = Math.floor(totalmem() / 2 ** 20);
  return { slots: { cpus: availableParallelism(), memoryMb, gpus: gpus.length }, gpus };
}

const SHARES = /^gpuMemoryMb=(?!null$)/u;

/**
 * The machine as slots of jobs. Where the scripts of all jobs share GPUs by memory, they lease their parts by
 * themselves: no job gets a GPU of its own.
 */
export function slotsFor(
  configurations: readonly { options: readonly string[] }[],
  machine: { slots: Slots; gpus: string[] },
): { slots: Slots; gpus: string[] } {
  const areShared = configurations.every(({ options }) =>
    options.some((each) => each === "--gpu-memory-mb" || SHARES.test(each)),
  );
  return areShared ? { slots: { ...machine.slots, gpus: 0 }, gpus: [] } : machine;
}

/** The command of a job, without its limits. */
export function commandOf(
  job: Job,
  { batch }: OpenBatch,
  {
    program,
    dataDir,
    isWhole: hasAll,
  }: { program: readonly string[]; dataDir: string; isWhole: boolean },
  benchmark: boolean,
): string[] {
  const slots = Math.max(1, Math.floor(batch.needs.cpus));
  const set = job.configuration.options.some((each) => /^(slots|memoryMb)=/u.test(each));
  return [
    ...program,
    "run",
    job.competition.reference,
    ...job.configuration.options,
    ...(benchmark ? ["--benchmark"] : []),
    ...(hasAll || set ? [] : ["--set", `slots=${slots}`]),
    "--seed",
    String(job.seed),
    "--runs-dir",
    runsOf(job),
    "--run-id",
    RUN_ID,
    "--data-dir",
    dataDir,
    "--json",
  ];
}

/** Ctrl-C once: nothing more starts, jobs pause. Twice: they are killed. */
export function listen(line: (text: string) => void) {
  const state: { asked: 0 | 1 | 2 } = { asked: 0 };
  const onSignal = () => {
    state.asked = state.asked === 0 ? 1 : 2;
    line(
      state.asked === 1
        ? "stopping: jobs pause, none starts (once more kills them); the same command goes on"
        : "jobs are killed; the same command goes on",
    );
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, onSignal);
  return {
    state,
    close: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
