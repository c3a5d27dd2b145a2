import { ConfigInvalid } from "../runs/errors.ts";
import type { Sandbox } from "./contract.ts";
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
};

/** The engine to run scripts in; a model's code is never run unsandboxed without the user's word. */
export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { wanted, trustedCode, python, packages, cacheDir } = options;
  if (wanted === "auto" && !trustedCode) {
    throw new ConfigInvalid(
      "no container engine answers, and code written by a model is not run without one: install and start Docker, or accept the risk with --sandbox process",
    );
  }
  const { slots } = shareMachine(await readMachine(), options.memoryMb ?? null);
  return processSandbox({ python, packages, cacheDir, slots });
}
