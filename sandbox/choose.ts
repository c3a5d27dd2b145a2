import { ConfigInvalid } from "../runs/errors.ts";
import type { Sandbox, Surroundings } from "./contract.ts";
import { dockerSandbox } from "./docker.ts";
import { type Engine, findEngine } from "./engine.ts";
import { sandboxImage } from "./image.ts";
import { readMachine, shareMachine } from "./machine.ts";
import { processSandbox } from "./process.ts";

export type SandboxOptions = {
  wanted: "auto" | "docker" | "process";
  /** Whether all the code to run is our own (the playbook's). */
  trustedCode: boolean;
  /** Folder for things that can be made again. */
  cacheDir: string;
  /** Id of the run: label of its containers. */
  run: string;
  /** The interpreter of the process engine, and what is installed there. */
  python: string;
  packages: readonly string[];
  report: (line: string) => void;
  /** Image to build ours on, null for the one that the Dockerfile names. */
  baseImage: string | null;
  /** Folder of wheels to build the image from, offline; null to let pip fetch them during the build. */
  wheels: string | null;
  /** Folder of the Dockerfile. */
  root: string;
  /** Memory of one execution, null for an equal share of the machine. */
  memoryMb?: number | null;
  surroundings: Surroundings;
};

/** The engine to run scripts in; a model's code is never run unsandboxed without the user's word. */
export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { slots } = shareMachine(await readMachine(), options.memoryMb ?? null);
  if (options.wanted === "process") return openProcess(options, slots);
  const engine = await findEngine();
  if (typeof engine !== "string") {
    const opened = await openDocker(options, engine, slots);
    if (typeof opened !== "string") return opened;
    return withoutDocker(options, slots, opened);
  }
  return withoutDocker(options, slots, engine);
}

/** Whether a container engine answers, in one line. */
export async function probeDocker(): Promise<{ ok: boolean; result: string }> {
  const engine = await findEngine();
  return typeof engine === "string"
    ? { ok: false, result: engine }
    : { ok: true, result: engine.name };
}

/** The sandbox, or why its image cannot be had. */
async function openDocker(
  options: SandboxOptions,
  engine: Engine,
  slots: number,
): Promise<Sandbox | string> {
  try {
    const { run, surroundings } = options;
    const image = await sandboxImage(engine, options);
    return await dockerSandbox({ engine, image, run, slots, surroundings });
  } catch (error) {
    if (error instanceof ConfigInvalid) return error.message;
    // The engine's own refusals carry an HTTP status.
    if (error instanceof Error && "statusCode" in error) return error.message;
    throw error;
  }
}

function withoutDocker(options: SandboxOptions, slots: number, why: string): Promise<Sandbox> {
  if (options.wanted === "docker") throw new ConfigInvalid(`--sandbox docker: ${why}`);
  if (!options.trustedCode) {
    throw new ConfigInvalid(
      `${why}, and code written by a model is not run without a container: install and start Docker, or accept the risk with --sandbox process`,
    );
  }
  options.report(`${why}; the built-in playbook's own code runs as ordinary processes`);
  return openProcess(options, slots);
}

function openProcess(options: SandboxOptions, slots: number): Promise<Sandbox> {
  const { python, packages, cacheDir, surroundings } = options;
  return processSandbox({ python, packages, cacheDir, slots, surroundings });
}
